-- The same is refused with a reply text if failures are to be rejected.
dofile("mta.lua")
send { script = "nodata-reject", author = "user@pay.example", sender = "user@pay.example", answer = SMFIR_REPLYCODE }
finish()
