-- Authors of several domains are refused if that is wanted, in the MTA's own words.
dofile("mta.lua")
send { script = "multi-from-reject", author = "user1@one.example, user2@two.example, user3@one.example",
       sender = "user@pay.example", answer = SMFIR_REJECT }
finish()
