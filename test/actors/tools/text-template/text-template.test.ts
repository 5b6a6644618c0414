import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const templates = suite('text.template')

const tool = await loadTool('text.template', createToolOptions())

const render = async (template: string, data: JsonValue): Promise<JsonValue> =>
  ((await tool.perform({ template, data }, createActorContext())) as JsonObject).text ?? null

const DATA: JsonObject = {
  name: 'Ada',
  n: 0,
  yes: true,
  no: false,
  nil: null,
  blank: '',
  ticket: { id: 'T-1', tags: ['a', 'b'] },
  items: [
    { name: 'x', n: 1 },
    { name: 'y', n: 2 },
  ],
  none: [],
}

const CASES: [template: string, text: string][] = [
  ['', ''],
  ['plain { text } ${ kept }', 'plain { text } ${ kept }'],
  ['{{name}} {{ name }} {{\tname\n}}', 'Ada Ada Ada'],
  ['{{ ticket.id }} {{ ticket.tags.1 }} {{ n }} {{ yes }}', 'T-1 b 0 true'],
  ['{{ ticket }} {{ none }}', '{"id":"T-1","tags":["a","b"]} []'],
  ['<{{ blank }}>', '<>'],
  ['{{# items }}{{ name }}={{ n }};{{/ items }}', 'x=1;y=2;'],
  ['{{# ticket.tags }}[{{ . }}]{{/ ticket.tags }}', '[a][b]'],
  ['{{# items }}{{ ticket.id }}{{/ items }}', 'T-1T-1'],
  ['{{# ticket }}{{ id }}{{/ ticket }}', 'T-1'],
  [
    '{{# yes }}yes{{/ yes }}{{# no }}no{{/ no }}{{# nil }}nil{{/ nil }}{{# gone }}gone{{/ gone }}{{# none }}none{{/ none }}',
    'yes',
  ],
  [
    '{{^ yes }}yes{{/ yes }}{{^ no }}no{{/ no }}{{^ nil }}nil{{/ nil }}{{^ gone }}gone{{/ gone }}{{^ none }}none{{/ none }}',
    'nonilgonenone',
  ],
  ['{{# n }}zero is a value: {{ . }}{{/ n }}', 'zero is a value: 0'],
  ['{{# gone }}{{ . }}{{/ gone }}', ''],
  ['a{{! a comment }}b', 'ab'],
  ['\\{{ name }} {{ name }}', '{{ name }} Ada'],
  ['- list\n{{# items }}\n- {{ name }}\n{{/ items }}\nend', '- list\n- x\n- y\nend'],
  ['  {{# yes }}  \r\n  in\n\t{{/ yes }}\nout', '  in\nout'],
  ['{{! gone }}\nleft', 'left'],
  ['{{ name }}\nleft', 'Ada\nleft'],
  ['x {{# yes }}\nin{{/ yes }}\n', 'x \nin\n'],
]

for (const [template, text] of CASES)
  templates(`${JSON.stringify(template)} gives ${JSON.stringify(text)}`, async () => {
    assert.is(await render(template, DATA), text)
  })

const WRONG: [template: string, message: string][] = [
  ['a\n{{ nmae }}', "'template' line 2: 'nmae' is not in the data, did you mean 'name'?"],
  [
    '{{ ticket.idd }}',
    "'template' line 1: 'ticket.idd' is not in the data\nwhere it may be missing, write {{# ticket.idd }}{{ . }}{{/ ticket.idd }}",
  ],
  ['{{ nil }}', "'template' line 1: 'nil' is null\nwhere it may be missing, write {{# nil }}{{ . }}{{/ nil }}"],
  ['{{ ticket.tags.9 }}', "'template' line 1: 'ticket.tags.9' is not in the data"],
  ['{{ constructor.name }}', "'template' line 1: 'constructor.name' is not in the data"],
  ['{{ __proto__ }}', "'template' line 1: '__proto__' is not in the data"],
  ['{{ name', "'template' line 1: '{{' is not closed: expected }}, or \\{{ for the characters themselves"],
  ['{{}}', "'template' line 1: '{{}}' is not a path: expected names with dots between, such as {{ ticket.id }}"],
  ['{{ a..b }}', "'template' line 1: '{{a..b}}' is not a path"],
  ['{{{ name }}}', "'template' line 1: '{{{ name}}' is not a path"],
  ['{{ name | upper }}', "'template' line 1: '{{name | upper}}' is not a path"],
  ['{{# yes }}', "'template' line 1: the section 'yes' is not closed"],
  ['\n{{/ yes }}', "'template' line 2: '{{/yes}}' closes a section that is not open"],
  ['{{# yes }}\n{{# no }}\n{{/ yes }}', "'template' line 3: '{{/yes}}' closes the wrong section: expected {{/no}}"],
  ['{{# a }}'.repeat(40), "'template' line 1: sections are nested deeper than 32"],
]

for (const [template, message] of WRONG)
  templates(`${JSON.stringify(template.slice(0, 40))} is refused`, async () => {
    const fault = await catchFault(() => render(template, DATA))
    assert.is(fault.code, 'invalid_input')
    assert.match(fault.message, message)
  })

templates('sections that multiply are stopped', async () => {
  const data = { a: new Array(100).fill(1) }
  const quiet = `${'{{# a }}'.repeat(6)}${'{{/ a }}'.repeat(6)}`
  assert.is((await catchFault(() => render(quiet, data))).code, 'too_large')
  const loud = `{{# a }}{{# a }}${'x'.repeat(1000)}{{/ a }}{{/ a }}`
  assert.is((await catchFault(() => render(loud, data))).code, 'too_large')
})

templates('a long template is parsed in a time that grows with its length', async () => {
  const startedAt = performance.now()
  await render(`${' '.repeat(10)}{{! x }}`.repeat(20_000), {})
  await catchFault(() => render('{{ name '.repeat(100_000), DATA))
  assert.ok(performance.now() - startedAt < 1000)
})

templates.run()
