// Verifies and signs by mailauth: reads one JSON object a line, answers each with one, in order.
//
//   node mailauth_worker.js MODULES    (the folder that holds node_modules)
//
//   {"verify": FILE, "zone": {NAME: [TEXT...]}}                -> {"dkim": [WORD...], "arc": WORD}
//   {"sign": FILE, "domain", "selector", "key", "algorithm", "canonicalization"}  -> {"field": TEXT}
//   {"seal": FILE, "domain", "selector", "key", "zone"}        -> {"field": TEXT}
//
// What it throws is answered as {"error": TEXT}. "field" ends with CRLF and goes above the message.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

console.log = console.error; // it prints what goes wrong; standard output is for the answers

const library = path.join(path.resolve(process.argv[2]), 'node_modules', 'mailauth', 'lib');
const { authenticate } = require(path.join(library, 'mailauth.js'));
const { dkimSign } = require(path.join(library, 'dkim', 'sign.js'));

const resolverOf = zone => async (name, type) => {
    const records = type === 'TXT' ? zone[name.toLowerCase()] : undefined;
    if (records) return records.map(text => [text]);
    const error = new Error(`no ${type} at ${name}`);
    error.code = 'ENOTFOUND';
    throw error;
};

const options = (request, more) => ({
    ip: '192.0.2.1',
    helo: 'mx.example.net',
    mta: 'mx.example.net',
    sender: '',
    trustReceived: false,
    disableBimi: true,
    resolver: resolverOf(request.zone || {}),
    ...more
});

const answer = async request => {
    if (request.verify) {
        const found = await authenticate(fs.readFileSync(request.verify), options(request));
        const words = (found.dkim?.results || []).map(result => result.status.result);
        return { dkim: words, arc: found.arc?.status?.result || 'none' };
    }
    const file = fs.readFileSync(request.sign || request.seal);
    const key = {
        signingDomain: request.domain,
        selector: request.selector,
        privateKey: fs.readFileSync(request.key, 'utf8'),
        algorithm: request.algorithm || 'rsa-sha256'
    };
    if (request.seal) return { field: (await authenticate(file, options(request, { seal: key }))).headers };
    const signed = await dkimSign(file, { canonicalization: request.canonicalization, signatureData: [key] });
    if (signed.errors.length) throw signed.errors[0].err || new Error('not signed');
    return { field: signed.signatures };
};

// Some messages it never comes to an end with.
const in_time = promise =>
    new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no answer in 5 seconds')), 5000);
        promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });

(async () => {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let reply;
        try {
            reply = await in_time(answer(JSON.parse(line)));
        } catch (error) {
            reply = { error: String(error.message || error) };
        }
        process.stdout.write(JSON.stringify(reply) + '\n');
    }
})();
