-- Our own SPF check of a client that may not send for the domain.
dofile("mta.lua")
send { script = "self-spf", author = "user@trusted.example", sender = "user@trusted.example", answer = SMFIR_ACCEPT }
expect_result("spf=fail", "smtp.mailfrom=trusted.example")
finish()
