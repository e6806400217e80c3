"""Writes a history file of N records in the proportions of ordinary mail: a few large senders, many small ones.

    python3 tests/bench/history_sample.py 1000000 > history.dat

or of domains that come one after the other, each as often as the others: with as many of them as records, each is new.

    python3 tests/bench/history_sample.py 100000 100000 > new-domains.dat
"""

import random
import sys

DOMAINS = 20_000
START = 1_790_000_000
BASE32 = "BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789"


def domain_of(number):
    return f"d{number}.example"


def record(index, number, choose):
    domain = domain_of(number)
    sender = f"news.{domain}" if number % 7 == 0 else domain
    address = f"203.0.{number % 256}.{1 + number % 3 + choose.randrange(8)}"
    passed = choose.random() < 0.95
    code = 0 if passed else 7
    job = "4" + "".join(choose.choices(BASE32, k=5)) + f"{index:x}z{choose.randrange(99999)}"
    signatures = f"dkim {domain} s{number % 5} {code}\n"
    if choose.random() < 0.3:
        signatures += "dkim sendgrid.example s1 0\n"
    return (
        f"job {job}\nreporter mx{index % 2}.receiver.example\nreceived {START + index // 20}\n"
        f"ipaddr {address}\nfrom {sender}\nmfrom bounce.{domain}\n{signatures}spf {code}\nspf_scope 1\n"
        f"pdomain {domain}\npolicy {15 if passed else 16} discovery=treewalk testing=n psd=u requested=reject\n"
        f"rua mailto:dmarc@{domain}\nrua mailto:reports@monitor.example\npct 100\nadkim 114\naspf 114\np 114\n"
        f"sp 0\nfo 1\nalign_dkim {4 if passed else 5}\nalign_spf {4 if passed else 5}\narc 7\narc_policy 2 json:[]\n"
        f"action {2 if passed else 0}\n"
    )


def main():
    choose = random.Random(1)
    in_turn = int(sys.argv[2]) if len(sys.argv) > 2 else None
    for index in range(int(sys.argv[1])):
        # The square of a square: a tenth of the domains send most of the mail.
        number = index % in_turn if in_turn else int(DOMAINS * choose.random() ** 4)
        sys.stdout.write(record(index, number, choose))


if __name__ == "__main__":
    main()
