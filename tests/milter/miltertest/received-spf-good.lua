-- A Received-SPF field about the sender counts.
dofile("mta.lua")
send { script = "received-spf-good", received_spf = 'pass identity=mailfrom; envelope-from="user@trusted.example"',
       author = "user@trusted.example", sender = "user@trusted.example", answer = SMFIR_ACCEPT }
expect_result("dmarc=pass")
finish()
