-- An MTA for the scripts of this folder: it starts the filter as OpenDMARC's tests do, sends one message and looks at
-- what the filter did.
--
--   dofile("mta.lua")
--   send { script = "name", author = "a@pay.example", sender = "a@pay.example", answer = SMFIR_ACCEPT }
--   expect_result("dmarc=pass")

local connection

local raise = error
function error(text) -- miltertest keeps the text to itself
	mt.echo(text)
	raise(text)
end

local function check(what, failed, reply, wanted)
	if failed ~= nil then
		error(what .. " could not be sent")
	end
	if reply ~= wanted then
		error(what .. " was answered with " .. tostring(reply) .. ", not " .. tostring(wanted))
	end
end

local function start(script)
	local socket = "unix:" .. mt.getcwd() .. "/" .. script .. ".sock"
	mt.startfilter(mt.getcwd() .. "/../opendmarc", "-l", "-c", script .. ".conf", "-p", socket)
	connection = mt.connect(socket, 200, 0.05)
	if connection == nil then
		error("the filter does not listen")
	end
end

local function header(name, value)
	check(name, mt.header(connection, name, value), mt.getreply(connection), SMFIR_CONTINUE)
end

-- message: script, author, sender and answer; client, received_spf and queue_id if they matter.
function send(message)
	start(message.script)
	check("CONNECT", mt.conninfo(connection, "localhost2", message.client or "127.0.0.2"),
		mt.getreply(connection), SMFIR_CONTINUE)
	mt.macro(connection, SMFIC_MAIL, "i", message.queue_id or message.script)
	check("MAIL", mt.mailfrom(connection, message.sender), mt.getreply(connection), SMFIR_CONTINUE)
	if message.received_spf then
		header("Received-SPF", message.received_spf)
	end
	header("From", message.author)
	header("To", "inbox@victim.example")
	header("Date", "Mon, 23 Nov 2026 10:00:00 +0000")
	header("Subject", "Hello")
	check("end of header", mt.eoh(connection), mt.getreply(connection), SMFIR_CONTINUE)
	check("end of message", mt.eom(connection), mt.getreply(connection), message.answer)
end

-- The values of the fields that the filter has added, below each other.
function results()
	local found = ""
	local number = 0
	local value = mt.getheader(connection, "Authentication-Results", number)
	while value ~= nil do
		found = found .. value .. "\n"
		number = number + 1
		value = mt.getheader(connection, "Authentication-Results", number)
	end
	return found
end

-- An Authentication-Results field with all of `texts` was added.
function expect_result(...)
	if not mt.eom_check(connection, MT_HDRINSERT, "Authentication-Results") and
	   not mt.eom_check(connection, MT_HDRADD, "Authentication-Results") then
		error("no Authentication-Results field was added")
	end
	local wanted = {...}
	for line in results():gmatch("[^\n]+") do
		local all = true
		for _, text in ipairs(wanted) do
			all = all and line:find(text, 1, true) ~= nil
		end
		if all then
			return
		end
	end
	error("no field with " .. table.concat(wanted, " and ") .. " in\n" .. results())
end

function finish()
	mt.disconnect(connection)
end
