-- With AuthservIDWithJobID both fields begin with name and queue id in quotes: "/" needs them.
dofile("mta.lua")
send { script = "authservid-jobid", queue_id = "testjobid", client = "192.0.2.25",
       author = "user@trusted.example", sender = "user@trusted.example", answer = SMFIR_ACCEPT }
expect_result('"testhost/testjobid"; spf=pass')
expect_result('"testhost/testjobid"; dmarc=pass')
if results():gsub('"testhost/testjobid"', ""):find("testhost/testjobid", 1, true) then
	error("the name stands there without quotes")
end
finish()
