-- Sends one spoofed message of bank.example to the filter on 127.0.0.1:8893, which has to reject it.
local connection = mt.connect("inet:8893@127.0.0.1", 100, 0.1)
assert(connection ~= nil, "the filter does not listen")
local function check(what, failed, wanted)
	local reply = failed == nil and mt.getreply(connection)
	if failed ~= nil or reply ~= wanted then
		mt.echo(what .. ": " .. tostring(reply))
		error(what)
	end
end
check("CONNECT", mt.conninfo(connection, "evil.example", "198.51.100.66"), SMFIR_CONTINUE)
check("HELO", mt.helo(connection, "evil.example"), SMFIR_CONTINUE)
mt.macro(connection, SMFIC_MAIL, "i", "4packaging")
check("MAIL", mt.mailfrom(connection, "<x@evil.example>"), SMFIR_CONTINUE)
for name, value in pairs { From = "ceo@bank.example", To = "you@example.org", Date = "Mon, 23 Nov 2026 10:00:00 +0000",
                           ["Message-ID"] = "<1@bank.example>", Subject = "Hello" } do
	check(name, mt.header(connection, name, value), SMFIR_CONTINUE)
end
check("end of header", mt.eoh(connection), SMFIR_CONTINUE)
check("end of message", mt.eom(connection), SMFIR_REPLYCODE)
mt.disconnect(connection)
