"""Each kind of error: its place, what it says, and what it suggests. `§` marks the place."""

from __future__ import annotations

import pytest
from declaring import HEAD, only, problems, unmarked

NAME = "  contact.name: {type: text, at: {hubspot: contact.lastname}}\n"
WON = f"{NAME}events: {{contact.won: name = 'won'}}\n"
TASK = f"{NAME}  task.title: {{type: text, at: {{hubspot: task.subject}}}}\nevents: {{contact.won: name = 'won'}}\n"
ACCOUNT = "  account.name: {type: text, at: {hubspot: company.name, odoo: res.partner.name}}\n"

SCHEMA = [
    ("§mod: live\n", "unknown key `mod`", "did you mean `mode`?"),
    ("mode: §lve\n", "should be one of: read-only, approve, live", "did you mean `live`?"),
    ("mode: §[live]\n", "should be one of", None),
    ("fields:\n  contact.email: {type: email, §tpye: text}\n", "unknown key `tpye`", "did you mean `type`?"),
    ("fields:\n  contact.email: {type: §emial}\n", "should be one of: text, email", "did you mean `email`?"),
    ("fields:\n  §email: {type: email}\n", "`email` is no name that can stand here: should be `ENTITY.FIELD`", None),
    ("fields:\n  contact.email: §email\n", "should be a block of keys with values", None),
    ("fields: §[a]\n", "should be a block of keys with values", None),
    ("fields:\n  contact.name: {type: text, max_length: §'10'}\n", "should be a whole number", None),
    ("fields:\n  contact.name: {type: text, max_length: §0}\n", "should be at least 1", None),
    ("fields:\n  price.net: {type: decimal, places: §99}\n", "should be at most 38", None),
    ("fields:\n  contact.name: {type: text, strict: §maybe}\n", "should be true or false", None),
    ("fields:\n  contact.name: {type: text, at: {hubspot: §3}}\n", "should be a block of keys with values", None),
    ("fields:\n  contact.name: {type: text, at: {hubspot: [contact.email, §[a]]}}\n",
     "should be text, a list or a block", None),
    ("on_create: {order: {odoo: {name: [{value: 1}, {value: 2, §whn: 'true'}, {value: 3}]}}}\nfields:\n"
     "  order.a: {type: text, at: {odoo: sale.order.payment_term_id}}\n"
     "  order.b: {type: text, at: {odoo: sale.order.partner_id}}\ncreate: {order: {odoo: true}}\n",
     "unknown key `whn`", "did you mean `when`?"),
    ("fields:\n  contact.tags: {type: set, order: §[]}\n", "should have at least 1", None),
    ("fields:\n  contact.x: {type: text, at: {hubspot: {field: contact.email, separator: §''}}}\n",
     "should have at least 1 character", None),
    ("first_sync: {match: {contact: §email}}\n", "should be a list", None),
    ("first_sync: {match: {contact: [§3]}}\n", "should be text or a list", None),
    ("entities: {contact: {settle_after: §30}}\n", "should be a duration with its unit", None),
    ("entities: {contact: {settle_after: §30 lightyears}}\n", "should be a duration with its unit", None),
    ("alerts: {delay: {above: §much}}\n", "should be a share (`2%`), a number (`1000`) or a duration", None),
    ("brakes: {delete: {share: §120%}}\n", "should be a share between 0% and 100%", None),
    ("rules:\n  §r: {notify: [x]}\n", "`when` is missing", "add `when:`"),
    ("create: {contact: {hubspot: §''}}\n", "should not be empty", None),
    ("zone: §Europe/Berln\n", "there is no time zone `Europe/Berln`", "write it as `Europe/Berlin`"),
    ("currency: §euro\n", "'euro' is not a currency", "write it as `EUR`"),
    ("patterns: {§crm-epr: {}}\n", "unknown pattern `crm-epr`", None),
]  # fmt: skip

NAMES = [
    ("fields:\n  §acount.name: {type: text}\n", "unknown entity `acount`", "did you mean `account`?"),
    ("fields:\n  contact.name: {type: text, at: {§odo: res.partner.name}}\n", "unknown system `odo`",
     "did you mean `odoo`?"),
    ("fields:\n  contact.name: {type: text, at: {odoo: §res.partners.name}}\n", "odoo has no stream for",
     "did you mean `res.partner`?"),
    ("fields:\n  contact.name: {type: text, at: {odoo: {stream: §res.partnr, read: name}}}\n",
     "unknown stream `res.partnr` of odoo", "did you mean `res.partner`?"),
    ("fields:\n  contact.mail: {type: email, at: {hubspot: §contact.emial}}\n", "unknown field `emial` of contact",
     "did you mean `email`? A field of your own says `custom: true`"),
    ("fields:\n  contact.name: {type: text, truth: §oddo, at: {hubspot: contact.lastname}}\n",
     "unknown system `oddo`", "did you mean `odoo`?"),
    ("fields:\n  contact.name: {type: text, truth: §odoo, at: {hubspot: contact.lastname}}\n",
     "odoo does not bind `contact.name`", "add it under `at`; bound: hubspot"),
    ("fields:\n  contact.account: {type: reference, of: §acount}\n", "unknown entity `acount`", "`account`"),
    ("fields:\n  contact.tags: {type: set, of: §txt}\n", "a set has no items of the type `txt`", "`text`"),
    ("fields:\n  contact.stage: {type: enum, values: §stags}\ntables: {stages: {won: {hubspot: w}}}\n",
     "unknown table `stags`", "did you mean `stages`?"),
    ("fields:\n  contact.x: {type: text, at: {hubspot: {field: contact.email, mapping: §lowr}}}\n"
     "mappings: {lower: {separator: ' '}}\n", "unknown mapping `lowr`", "did you mean `lower`?"),
    (f"fields:\n{NAME}first_sync: {{match: {{contact: [§nam]}}}}\n", "`contact` has no field `nam`",
     "did you mean `name`?"),
    (f"fields:\n{NAME}first_sync: {{match: {{contact: [[name, §nme]]}}}}\n", "has no field `nme`", "`name`"),
    (f"fields:\n{NAME}first_sync: {{match: {{contact: [§[]]}}}}\n", "names at least one field", None),
    (f"fields:\n{NAME}first_sync: {{match: {{§deal: [name]}}}}\n", "`deal` has no fields in this hub", "declare one"),
    (f"fields:\n{NAME}create: {{contact: {{§hubspt: 'true'}}}}\n", "unknown system `hubspt`", "`hubspot`"),
    (f"fields:\n{NAME}create: {{§contct: {{hubspot: 'true'}}}}\n", "unknown entity `contct`", "`contact`"),
    (f"fields:\n{NAME}create: {{contact: {{§odoo: 'true'}}}}\n", "`contact` is not bound to `odoo`",
     "it is bound to hubspot"),
    (f"fields:\n{NAME}entities: {{contact: {{on_delete: {{§oddo: unlink}}}}}}\n", "unknown system `oddo`", "`odoo`"),
    (f"fields:\n{NAME}entities: {{contact: {{scope: {{§odoo: 'true'}}}}}}\n", "not bound to `odoo`", "hubspot"),
    (f"fields:\n{NAME}entities: {{§contct: {{mode: live}}}}\n", "`contct` has no fields in this hub", None),
    (f"fields:\n{NAME}alerts: {{§conflict_rat: {{above: 3%}}}}\n", "unknown alert", "`conflict_rate`"),
    (f"fields:\n{NAME}alerts: {{delay: {{to: [§nobody]}}}}\n", "unknown addressee `nobody`", None),
    (f"fields:\n{NAME}addressees: {{sales: [§slak]}}\n", "unknown system `slak`", None),
    (f"fields:\n{NAME}rules: {{r: {{when: §tickt.escalated, notify: [a]}}}}\naddressees: {{a: [odoo]}}\n",
     "unknown entity `tickt`", "`ticket`"),
    (f"fields:\n{WON}rules: {{r: {{when: contact.won, notify: [§contact.nme]}}}}\n",
     "`contact.nme` is not known here", "did you mean `contact.name`?"),
    (f"fields:\n{TASK}rules: {{r: {{when: contact.won, make: {{task: {{in: §hubspt}}}}}}}}\n", "unknown system",
     "`hubspot`"),
    (f"fields:\n{WON}rules: {{r: {{when: contact.won, make: {{§tsk: {{}}}}}}}}\n", "unknown entity `tsk`", "`task`"),
    (f"fields:\n{TASK}rules: {{r: {{when: contact.won, make: {{task: {{in: hubspot, title: 'Hi {{§nme}}'}}}}}}}}\n",
     "unknown field `nme`", "`name`"),
    (f"fields:\n{WON}rules: {{r: {{when: contact.won, make: {{contact: {{in: hubspot, nmae: §x}}}}}}}}\n",
     "`contact` has no field `nmae`", "`name`"),
    (f"fields:\n{WON}rules: {{r: {{when: contact.won, after: 1h, without: §ordr, notify: [contact.name]}}}}\n",
     "unknown entity `ordr`", "`order`"),
    (f"fields:\n{NAME}examples: {{e: {{entity: §contct, given: {{}}, expect: {{}}}}}}\n", "unknown entity",
     "`contact`"),
    (f"fields:\n{NAME}examples: {{e: {{entity: contact, given: {{§odo: {{}}}}, expect: {{}}}}}}\n", "unknown system",
     "`odoo`"),
    (f"fields:\n{NAME}examples: {{e: {{entity: contact, given: {{}}, expect: {{record: {{nam: §x}}}}}}}}\n",
     "`contact` has no field `nam`", "`name`"),
    (f"fields:\n{NAME}examples: {{e: {{entity: contact, given: {{}}, expect: {{§odoo: {{nam: x}}}}}}}}\n",
     "not bound to `odoo`", "hubspot"),
]  # fmt: skip

CONTRADICTIONS = [
    ("fields:\n  contact.name: {type: text, policy: manual, §merge: longest}\n", "`merge` contradicts `policy: manual`",
     "leave one of them out"),
    ("fields:\n  contact.name: {type: text, truth: hubspot, §merge: longest, at: {hubspot: contact.lastname}}\n",
     "`merge` contradicts the field's truth", "leave one of them out"),
    ("fields:\n  contact.name: {type: text, truth: hubspot, policy: §manual, at: {hubspot: contact.lastname}}\n",
     "`policy: manual` contradicts the field's truth", "leave one of them out"),
    ("fields:\n  §contact.name: {type: text, policy: truth}\n", "`policy: truth` needs a truth", "add `truth: SYSTEM`"),
    ("fields:\n  §contact.name: {type: text, strict: true}\n", "`strict` needs a truth", "add `truth: SYSTEM`"),
    ("fields:\n  contact.name: {type: text, differ: §truth}\n", "`differ: truth` needs a truth", "add `truth: SYSTEM`"),
    ("fields:\n  contact.name: {type: text, truth: §hub}\n", "`truth: hub` is for computed fields", "`is:`"),
    ("fields:\n  contact.name: {type: text, is: \"'x'\", truth: §odoo}\n", "a computed field's truth is the hub", None),
    ("fields:\n  account.n: {type: integer, is: '1', §rollup: count, of: account, by: parent}\n"
     "  account.parent: {type: reference, of: account}\n", "a field is computed by `is` or by `rollup`", None),
    ("fields:\n  contact.name: {type: text, merge: §union}\n", "`merge: union` is not for the type text",
     "it is for set"),
    ("fields:\n  §contact.c: {type: enum, values: [given, gone], merge: consent}\n", "needs the order of statements",
     "add `order: [STRICTEST, ...]`"),
    ("fields:\n  contact.c: {type: enum, values: [given, gone], merge: consent, order: [gone, §gven]}\n",
     "`gven` is none of the values", "did you mean `given`?"),
    ("fields:\n  contact.c: {type: text, §order: [a]}\n", "`order` is for `merge: consent`", "leave it out"),
    ("fields:\n  contact.c: {type: enum, values: [a], §default: a}\n", "`default` is for `unmapped: default`", None),
    ("fields:\n  §contact.c: {type: enum, values: [a], unmapped: default}\n", "needs the value it is taken for", None),
    ("fields:\n  contact.c: {type: enum, values: [one], unmapped: default, default: §oen}\n",
     "`oen` is none of the values", "did you mean `one`?"),
    ("fields:\n  §contact.name: {at: {hubspot: contact.lastname}}\n", "`contact.name` has no type", "add `type:`"),
    ("fields:\n  §contact.c: {type: enum}\n", "an enum needs `values`", "add `values: [one, other]`"),
    ("fields:\n  contact.c: {type: enum, values: §[a, a]}\n", "the choice 'a' is listed twice", None),
    ("fields:\n  contact.c: {type: phone, region: §Germany}\n", "'Germany' is not a region", None),
    ("fields:\n  contact.c: {type: text, §places: 2}\n", "`places` is not for the type text", "it is for decimal"),
    ("fields:\n  contact.c: {type: email, §values: [a]}\n", "`values` is not for the type email", "use `type: enum`"),
    ("fields:\n  contact.c: {type: set, values: §{a: {hubspot: b}}, at: {hubspot: contact.tags}}\n",
     "a set has no names by system", "list its values"),
    ("fields:\n  §contact.c: {type: reference}\n", "a reference needs the entity", "add `of: ENTITY`"),
    ("fields:\n  §contact.c: {type: group}\n", "group needs `parts`", "add `parts: {name: text}`"),
    ("fields:\n  order.c: {type: lines, columns: {§sku: {max_length: 3}}}\n", "`sku` has no type", "add `type:`"),
    ("fields:\n  contact.c: {type: enum, values: {a: {§odoo: A, hubspot: b}}, at: {hubspot: contact.tags}}\n",
     "odoo does not bind `contact.c`", "known: hubspot"),
    ("fields:\n  contact.c: {type: enum, values: {§a: {}, b: {hubspot: B}}, at: {hubspot: contact.tags}}\n",
     "`a` has no value for hubspot", "add `hubspot:`"),
    ("fields:\n  contact.c: {type: enum, values: §{a: {hubspot: X}, b: {hubspot: X}}, at: {hubspot: contact.tags}}\n",
     "has 'X' twice", None),
    (f"entities: {{contact: {{fields: {{name: {{type: text}}}}}}}}\nfields:\n  §{NAME.strip()}\n",
     "`contact.name` is declared twice", "entities.contact.fields.name"),
    ("fields:\n  order.l: {type: lines, columns: {sku: text}}\nentities: {order: {line_key: [§suk]}}\n",
     "the lines of order have no column `suk`", "did you mean `sku`?"),
]  # fmt: skip

PLACES = [
    ("fields:\n  contact.a: {type: text, at: {hubspot: contact.email}}\n"
     "  contact.b: {type: text, at: {hubspot: §contact.email}}\n",
     "`email` of contact of hubspot is mapped twice, also by `contact.a`", "let one of them only read"),
    ("fields:\n  contact.a: {type: text, at: {hubspot: [contact.email, §contact.phone]}}\n",
     "is bound to contact of hubspot twice", "leave one out"),
    ("entities: {contact: {scope: {odoo: 'true'}}}\nfields:\n  contact.a: {type: text, at: {odoo: res.partner.name}}\n"
     "  account.a: {type: text, at: {odoo: §res.partner.phone}}\n",
     "res.partner of odoo holds contact too, and account has no scope there", "say which rows are which"),
    ("fields:\n  contact.a: {type: text, at: {hubspot: §{fields: [contact.firstname, deal.dealname]}}}\n",
     "names fields of two streams", "write a list of blocks"),
    ("fields:\n  contact.a: {type: text, at: {§hubspot: {custom: true}}}\n", "names no raw field", "`STREAM.FIELD`"),
    ("fields:\n  contact.a: {type: text, at: {§hubspot: {stream: contact}}}\n", "names no raw field", "`field:"),
    ("fields:\n  contact.a: {type: boolean, at: {hubspot: §{field: contact.email, empty_is: false}}}\n",
     "does not come back: true or false comes back as another value", "empty_is"),
    ("fields:\n  contact.a: {type: text, at: {hubspot: {field: contact.email, format: §'%Y'}}}\n",
     "`format` is not for the type text", "it is for date, datetime"),
    ("fields:\n  contact.a: {type: text, at: {hubspot: {field: contact.email, as: §number}}}\n",
     "`as: number` is not for the type text", "it is for decimal, money, reference"),
    ("fields:\n  contact.a: {type: date, at: {hubspot: §{field: contact.email, format: '%Y'}}}\n", "'%Y'", None),
    ("fields:\n  §deal.a: {type: money, at: {hubspot: deal.amount}}\n", "an amount here has no currency",
     "add `currency:`"),
    ("fields:\n  deal.a: {type: reference, of: account, at: {§hubspot: deal.company_id}}\n",
     "`account` is not bound to a stream of hubspot", "say which with `to: STREAM`"),
    ("fields:\n  deal.a: {type: reference, of: account, at: {hubspot: {field: deal.company_id, to: §compny}}}\n",
     "unknown stream `compny`", "did you mean `company`?"),
    ("fields:\n  account.a: {type: address, at: {odoo: {stream: res.partner, parts: {§stret: street}}}}\n",
     "`account.a` has no part `stret`", "did you mean `street`?"),
    ("fields:\n  account.a: {type: address, at: {odoo: {stream: res.partner, parts: {street: §stret}}}}\n",
     "unknown field `stret` of res.partner", "did you mean `street`?"),
    ("fields:\n  account.a:\n    type: address\n"
     "    at: {odoo: {stream: res.partner, parts: {street: {field: street, format: §x}}}}\n",
     "`format` is not for the type text", None),
    ("fields:\n  account.a:\n    type: address\n    at:\n      hubspot:\n        stream: company\n"
     "        parts: {street: name, city: city, postcode: vat, region: sales_region, country: domain}\n"
     "      odoo: {stream: res.partner, parts: §{street: street, city: city, postcode: zip, country: ref}}\n",
     "res.partner of odoo has no `region`, and company of hubspot has: what is read here would blank it there",
     "name it in both, or in neither"),
    ("fields:\n  account.a: {type: country, at: {odoo: {field: res.partner.ref, language: §de}}}\n",
     "`language` is for a country by its name", "add `as: name`"),
    ("fields:\n  account.a: {type: country, at: {odoo: §{field: res.partner.ref, as: name, language: xx}}}\n",
     "'xx' is no language that countries are written in", None),
    ("fields:\n  account.a: {type: text, at: {odoo: {field: res.partner.ref, as: §name}}}\n",
     "`as: name` is not for the type text", "it is for country"),
    ("fields:\n  account.a: {type: text, is: \"'x'\", at: {odoo: §res.partner.credit_limit}}\n",
     "`credit_limit` of res.partner of odoo cannot be written", "name a field that can be"),
    ("fields:\n  account.a: {type: text, is: \"'x'\", at: {odoo: {field: res.partner.ref, only: §read}}}\n",
     "is computed here: it is only written", None),
    ("fields:\n  account.a: {type: text, is: \"'x'\", at: {odoo: {field: res.partner.ref, read: §ref, write: a}}}\n",
     "is computed here: nothing is read", None),
    ("fields:\n  account.a: {type: text, at: {§odoo: {stream: res.partner, write: a}}}\n",
     "`write` needs the one raw field it writes", "add `field: STREAM.FIELD`"),
    ("fields:\n  deal.a: {type: text, at: {hubspot: {field: deal.amount, write: §b}}}\n", "unknown column `b`", None),
    ("fields:\n  contact.a: {type: boolean, values: {§perhaps: {hubspot: a}}, at: {hubspot: contact.email}}\n",
     "'perhaps' is neither true nor false", "write `true` or `false`"),
    ("fields:\n  contact.a: {type: enum, values: {§a: {}, b: {hubspot: B}}, unmapped: default, default: a,\n"
     "    at: {hubspot: contact.email}}\n", "`a` has no value for hubspot", "add `hubspot:`"),
    ("fields:\n  contact.a:\n    type: group\n"
     "    parts: {a: {type: enum, values: [x]}, b: {type: enum, values: {§y: {}, z: {hubspot: Z}}}}\n"
     "    at: {hubspot: {stream: contact, parts: {a: email, b: phone}}}\n",
     "`y` has no value for hubspot", "add `hubspot:`"),
    ("currency: EUR\nfields:\n  deal.a: {type: money, at: {hubspot: {field: deal.amount, write: §a}}}\n",
     "the expression gives money", None),
]  # fmt: skip

BIRTHS = [
    ("  zendesk: {connector: zendesk, secret: vault, url: 'https://z.example'}\nfields:\n"
     "  account.name: {type: text, at: {zendesk: organization.name}}\ncreate: {account: {§zendesk: true}}\n",
     "organization of zendesk cannot create", "leave it out"),
    ("fields:\n  account.ref: {type: text, at: {odoo: res.partner.ref}}\ncreate: {account: {§odoo: true}}\n",
     "a create in res.partner of odoo needs `name`", "bind it with `at:`"),
    (f"fields:\n{ACCOUNT}create: {{account: {{odoo: §nme}}}}\n", "unknown column `nme`", "`name`"),
    ("fields:\n  order.a: {type: text, at: {odoo: §sale.ordr.name}}\ncreate: {order: {odoo: true}}\n",
     "odoo has no stream for", "did you mean `sale.order`?"),
    (f"fields:\n{ACCOUNT}create: {{account: {{§odoo.res.partnr: true}}}}\n", "`account` is not bound to",
     "it is bound to"),
    (f"fields:\n{ACCOUNT}on_create: {{account: {{§odoo: {{category_id: 1}}}}}}\n", "no account is born in odoo",
     "say when under `create`"),
    (f"fields:\n{ACCOUNT}on_create: {{acount: {{odoo: {{category_id: 1}}}}}}\n".replace("acount", "§acount"),
     "unknown entity `acount`", "`account`"),
    (f"fields:\n{ACCOUNT}create: {{account: {{odoo: true}}}}\non_create: {{account: {{odoo: {{category_di: §1}}}}}}\n",
     "unknown field `category_di`", "`category_id`"),
    ("fields:\n  lead.a: {type: text, at: {hubspot: [contact.email, deal.dealname]}}\n"
     "create: {lead: {§hubspot: true}}\n",
     "`lead` is bound to several streams of hubspot", "say which: hubspot.contact, hubspot.deal"),
    (f"fields:\n{NAME}  contact.lines: {{type: lines, columns: {{a: text}}}}\n"
     "first_sync: {match: {contact: [§lines]}}\n",
     "records are not matched by lines", None),
]  # fmt: skip

COMPUTED = [
    ("fields:\n  account.a: {type: text, is: §b}\n  account.b: {type: text, is: a}\n",
     "is computed from itself: account.a <- account.b <- account.a", "compute one of them from other fields"),
    (f"fields:\n{NAME}  contact.x: {{type: text, §where: a}}\n", "`where` is for a rollup", "add `rollup:`"),
    ("fields:\n  §account.a: {type: integer, rollup: count}\n", "a rollup needs the child entity", "add `of: ENTITY`"),
    ("fields:\n  account.a: {rollup: count, of: §dael}\n", "unknown entity `dael`", "`deal`"),
    ("fields:\n  §account.a: {rollup: count, of: deal}\n  deal.name: {type: text}\n",
     "no field of deal is a reference to account", "declare one, as `deal.account`"),
    ("fields:\n  §account.a: {rollup: count, of: deal}\n  deal.x: {type: reference, of: account}\n"
     "  deal.y: {type: reference, of: account}\n", "in several ways: x, y", "add `by: FIELD`"),
    ("fields:\n  account.a: {rollup: count, of: deal, by: §z}\n  deal.x: {type: reference, of: account}\n",
     "`z` of deal is no reference to account", "known: x"),
    ("fields:\n  account.a: {rollup: sum, of: deal, value: §amout}\n  deal.x: {type: reference, of: account}\n"
     "  deal.amount: {type: decimal}\n", "`deal` has no field `amout`", "`amount`"),
    ("fields:\n  account.a: {type: decimal, rollup: §sum, of: deal}\n  deal.x: {type: reference, of: account}\n",
     "needs a value", "add `value: FIELD`"),
    ("fields:\n  account.a: {rollup: §latest, of: deal, value: n}\n  deal.x: {type: reference, of: account}\n"
     "  deal.n: {type: text}\n", "needs an order", "add `latest_by: FIELD`"),
    ("fields:\n  account.a: {rollup: §sum, of: deal, value: n}\n  deal.x: {type: reference, of: account}\n"
     "  deal.n: {type: text}\n", "sum is not made of text", None),
    ("fields:\n  account.a: {type: §date, rollup: count, of: deal}\n  deal.x: {type: reference, of: account}\n",
     "the rollup gives integer, not date", "leave `type` out"),
    ("fields:\n  account.a: {rollup: sum, of: deal, value: n, rates: {USD: §-1}}\n"
     "  deal.x: {type: reference, of: account}\n  deal.n: {type: money}\n", "a rate is above zero", None),
    ("fields:\n  account.a: {rollup: sum, of: deal, value: n, rates: {dollar: §1}}\n"
     "  deal.x: {type: reference, of: account}\n  deal.n: {type: money}\n", "'dollar' is not a currency", None),
    ("fields:\n  account.a: {type: decimal, rollup: avg, of: deal, value: n, where: §m}\n"
     "  deal.x: {type: reference, of: account}\n  deal.n: {type: integer}\n", "unknown column `m`", None),
    ("fields:\n  account.a: {rollup: avg, of: deal, value: n}\n  deal.x: {type: reference, of: account}\n"
     "  §deal.n: {}\n", "`deal.n` has no type", None),
    ("fields:\n  account.a: {rollup: any, of: deal}\n  account.b: {type: text, is: §a}\n"
     "  deal.x: {type: reference, of: account}\n", "boolean", None),
    ("fields:\n  account.a: {rollup: avg, of: deal, value: n}\n  account.b: {type: date, is: §a}\n"
     "  deal.x: {type: reference, of: account}\n  deal.n: {type: integer}\n", "decimal", None),
    ("  shop: {connector: open}\nfields:\n"
     "  order.a: {type: text, at: {shop: other.a}}\n"
     "  order.next: {type: reference, of: order, at: {shop: §other.thing_id}}\n"
     "create: {order: {shop: true}}\n", "every side requires the other: shop.other -> shop.other",
     "must not be required"),
]  # fmt: skip

REST = [
    (f"fields:\n{NAME}rules: {{r: {{when: §won, notify: [contact.name]}}}}\n", "should be an event", "`deal.won`"),
    (f"fields:\n{WON}rules: {{§r: {{when: contact.won}}}}\n", "the rule does nothing", "add `make:` or `notify:`"),
    (f"fields:\n{WON}rules: {{§r: {{when: contact.won, without: order, notify: [contact.name]}}}}\n",
     "`without` needs a time", "add `after:`"),
    (f"fields:\n{NAME}alerts: {{delay: {{above: §3%}}}}\n", "delay is a seconds, not a share", "write it as `15 min`"),
    (f"fields:\n{NAME}addressees: {{a: §[]}}\n", "nobody is addressed", None),
    (f"fields:\n{NAME}addressees: {{a: [§'mailto:nobody']}}\n", "is no e-mail address", "mailto:data@acme.example"),
    (f"fields:\n{NAME}addressees: {{a: [§'https://chat.example/in']}}\n", "is a secret", "write `${NAME}`"),
    (f"fields:\n{NAME}people: {{unmatched: §leave-blnk}}\n", "should be `park`", "did you mean `leave-blank`?"),
]  # fmt: skip

SYSTEMS = [
    ("  x: {connector: §hubspt, secret: vault}\n", "unknown connector `hubspt`", "did you mean `hubspot`?"),
    ("  §x: {connector: hubspot}\n", "`x` has no secret", "add `secret: vault` or `secret: ${NAME}`"),
    ("  §x: {secret: vault}\n", "`connector` is missing", "add `connector:`"),
    ("  x: {connector: open, §conector: a}\n", "unknown key `conector`", "did you mean `connector`?"),
    ("  x: {connector: open, §rloes: a}\n", "unknown key `rloes`", "did you mean `roles`?"),
    ("  §origin: {connector: open}\n", "is a word of the grammar", "name it otherwise"),
    ("  §X: {connector: open}\n", "`X` is no name that can stand here", None),
    ("  x: {connector: open, roles: §[crm]}\n", "hubspot and x are both `crm`", "say `primary: true`"),
    ("  x: {connector: open, poll: §10ms}\n", "`poll` is shorter than 1s", "write `1s` or more"),
    ("  x: {connector: open, sweep: §30s}\n", "`sweep` is shorter than 60s", "write `60s` or more"),
    ("  x: {connector: open, poll: §30}\n", "should be a duration with its unit", None),
    ("  §x: {connector: odoo, url: 'https://ACME.odoo.example/', secret: vault}\n", "is the same account as `odoo`",
     "leave one of them out"),
    ("  x: {connector: odoo, url: §'ftp://acme.example', secret: vault}\n", "neither `https://` nor `http://`", None),
    ("  x: {connector: odoo, url: §'unix:///run/odoo', secret: vault}\n", "neither `https://` nor `http://`", None),
    ("  x: {connector: odoo, url: §'https://acme.example:0', secret: vault}\n", "is no address", None),
    ("  x: {connector: odoo, url: §'https://acme.example:99999', secret: vault}\n", "is no address", None),
    ("  x: {connector: odoo, url: §'https://', secret: vault}\n", "is no address", None),
    ("  x: {connector: odoo, url: §'https://[::1', secret: vault}\n", "is no address", None),
    ("  x: {connector: odoo, url: §'https://a.example/?x=1', secret: vault}\n", "more than a path", None),
    ("  x: {connector: open, size: §{a: 1}}\n", "a connector's own setting is text", None),
    ("  x: {connector: odoo, url: §'https://${HOST}', secret: vault}\n", "the environment variable HOST is not set",
     "set HOST"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message", "suggestion"),
    [*SCHEMA, *NAMES, *CONTRADICTIONS, *PLACES, *BIRTHS, *COMPUTED, *REST, *SYSTEMS],
)
def test_an_error_has_its_place_and_a_suggestion(body: str, message: str, suggestion: str | None) -> None:
    text, line, column = unmarked(HEAD + body)
    found = only(text)
    assert message in found.message
    assert suggestion is None or suggestion in (found.suggestion or "")
    assert (found.place.line, found.place.column) == (line, column), str(found)
    assert str(found).startswith(f"hub.yaml:{line}:{column}: ")


def test_several_errors_come_together_in_the_order_of_the_file() -> None:
    text = HEAD + (
        "mode: lve\n"
        "fields:\n"
        "  contact.email: {type: emial}\n"
        "  contact.name: {type: text, truth: oddo}\n"
        "  contact.x: {type: text, is: 'upper(nme)'}\n"
        "create: {contact: {odoo: true}}\n"
    )
    found = problems(text)
    assert [one.place.line for one in found] == [5, 7, 8, 9, 10]
    assert [one.path for one in found][:3] == ["mode", "fields.contact.email.type", "fields.contact.name.truth"]


def test_a_block_is_not_blamed_for_lacking_what_was_there_and_wrong() -> None:
    text = HEAD + "fields:\n  contact.email: {type: 3}\n"
    assert [one.path for one in problems(text)] == ["fields.contact.email.type"]


def test_what_hangs_on_something_unknown_is_not_said_again() -> None:
    text = HEAD.replace("connector: odoo", "connector: odo") + (
        "fields:\n  account.name: {type: text, at: {odoo: res.partner.name, hubspot: company.name}}\n"
        "create: {account: {odoo: true}}\n"
    )
    assert "unknown connector" in only(text).message


def test_too_little_left_to_check() -> None:
    assert [one.message for one in problems("mode: live\n")] == ["`hub` is missing", "`systems` is missing"]
    assert "should have at least 1" in only("hub: a\nsystems: {}\n").message


def test_a_truth_that_is_only_written_owns_nothing() -> None:
    place = "{odoo: §{field: res.partner.name, only: write}}"
    text = f"{HEAD}fields:\n  account.name: {{type: text, truth: odoo, at: {place}}}\n"
    whole, line, column = unmarked(text)
    found = only(whole)
    assert (found.place.line, found.place.column) == (line, column)
    assert "odoo is the truth of `account.name`, and is only written" in found.message
