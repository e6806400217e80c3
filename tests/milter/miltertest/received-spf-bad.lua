-- A Received-SPF field that does not name an identity counts for nothing.
dofile("mta.lua")
send { script = "received-spf-bad", received_spf = "pass",
       author = "user@trusted.example", sender = "user@trusted.example", answer = SMFIR_ACCEPT }
expect_result("dmarc=fail")
finish()
