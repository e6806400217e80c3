-- An unauthenticated message of a domain that wants rejection is marked.
dofile("mta.lua")
send { script = "nodata", author = "user@pay.example", sender = "user@pay.example", answer = SMFIR_CONTINUE }
expect_result("dmarc=fail")
finish()
