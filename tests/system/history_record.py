"""A record of a history file, of a message that passed by SPF."""


def history_record(domain: str, rua: str, received: int, job: str = "Q1", ip: str = "192.0.2.1") -> str:
    return f"""\
job {job}
reporter mx.victim.example
received {received}
ipaddr {ip}
from {domain}
mfrom {domain}
spf 0
spf_scope 1
pdomain {domain}
policy 15 discovery=treewalk testing=n psd=u requested=reject
rua mailto:{rua}
pct 100
adkim 114
aspf 114
p 114
sp 0
fo 0
align_dkim 5
align_spf 4
arc 7
arc_policy 2 json:[]
action 2
"""
