-- A client without an IP address is judged, not ignored.
dofile("mta.lua")
send { script = "unspec", client = "unspec", author = "user@pay.example", sender = "user@pay.example",
       answer = SMFIR_CONTINUE }
expect_result("dmarc=fail")
finish()
