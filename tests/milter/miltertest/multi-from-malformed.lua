-- A list of authors with a word that is no address is accepted, even of a domain that wants rejection.
dofile("mta.lua")
send { script = "multi-from-malformed", author = "user1@pay.example, user2, user3@pay.example",
       sender = "user@pay.example", answer = SMFIR_ACCEPT }
finish()
