/**
 * Words that name members of Object.prototype, in each place that takes a word of the user. A word of the same length that names nothing
 * is the oracle: the same findings at the same places, and the same end of the run.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROVIDER_NAMES } from '../../src/actors/llm/providers.ts'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { compile } from '../../src/compiler/compile.ts'
import { readConfig } from '../../src/compiler/config.ts'
import { Diagnostics } from '../../src/compiler/diagnostic.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { readSourceModules } from '../support/imports.ts'
import { readCliOutput } from '../support/in-process-cli.ts'
import { runWorkflow } from '../support/run-workflow.ts'
import { createTempFolder } from '../support/temp-folder.ts'

const test = suite('words of Object.prototype')

/** Each word beside one that names nothing. */
const WORDS: [word: string, other: string][] = [
  ['constructor', 'konstruktor'],
  ['__proto__', '__prota__'],
  ['toString', 'toStrand'],
  ['valueOf', 'valueAf'],
  ['hasOwnProperty', 'hasAwnProperty'],
  ['__defineGetter__', '__dofineGetter__'],
]

const step = (text: string): string => `steps:\n  - ${text}\n`

/** `W` is the word. */
const PLACES: Record<string, string> = {
  'an alias of a model': `models: { W: mock/echo }\n${step('{ id: a, llm: W, prompt: hi }')}`,
  'an unknown alias': step('{ id: a, llm: W, prompt: hi }'),
  'an alias in a fallback order': step('{ id: a, llm: [mock/echo, W], prompt: hi }'),
  'a provider': step('{ id: a, llm: W/x, prompt: hi }'),
  'a model': step('{ id: a, llm: mock/W, prompt: hi }'),
  'a parameter of a model': step('{ id: a, llm: mock/echo, prompt: hi, params: { W: 1 } }'),
  'a reasoning level': step('{ id: a, llm: anthropic/claude, prompt: hi, params: { reasoning: W } }'),
  'a secret': `secrets: [W]\n${step('{ id: a, set: { x: 1 } }')}`,
  'a used secret': `secrets: [W]\n${step('{ id: a, tool: http.get, with: { url: "https://a.example", headers: { x: "${secrets.W}" } } }')}`,
  'an unknown secret': step(
    '{ id: a, tool: http.get, with: { url: "https://a.example", headers: { x: "${secrets.W}" } } }',
  ),
  'an input': `input: { W?: string }\n${step('{ id: a, set: { x: "input.W ?? 1" } }')}output: input\n`,
  'a given input': `input: { W: string }\n${step('{ id: a, set: { x: input.W } }')}output: steps.a.output\n`,
  'an unknown input': `input: { a?: string }\n${step('{ id: a, set: { x: input.W } }')}`,
  'a type': `input: { a: W }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a step id': `steps:\n  - { id: W, set: { x: 1 } }\n  - { id: b, set: { y: steps.W.output.x } }\noutput: steps.b.output\n`,
  'an unknown step': step('{ id: a, set: { y: steps.W.output.x } }'),
  'a jump': step('{ id: a, set: { y: 1 }, next: W }'),
  'a jump to it': `steps:\n  - { id: a, set: { y: 1 }, next: W }\n  - { id: b, set: { y: 1 } }\n  - { id: W, set: { y: 2 } }\noutput: steps.W.output\n`,
  'a key of set': `${step('{ id: a, set: { W: 1 } }')}output: steps.a.output.W\n`,
  'a key of an output': `${step('{ id: a, set: { x: 1 } }')}output: { W: steps.a.output.x }\n`,
  'an object in an expression': `${step(`{ id: a, set: { x: "{'W': 1}" } }`)}output: steps.a.output.x\n`,
  'an index': `${step(`{ id: a, set: { x: "{'b': 1}['W'] ?? 2" } }`)}output: steps.a.output.x\n`,
  'a field of a value': `${step(`{ id: a, set: { x: "json.W" } }`)}`,
  'a membership': `${step(`{ id: a, set: { x: "'W' in {'b': 1}" } }`)}output: steps.a.output.x\n`,
  'a test with has': `input: { a?: any }\n${step(`{ id: a, set: { x: "has(input.W)" } }`)}`,
  'a grouping': `${step(`{ id: a, set: { x: "['W', 'b', 'W'].group_by(w, w)" } }`)}output: steps.a.output.x\n`,
  'a function': step('{ id: a, set: { x: "W(1)" } }'),
  'a method': step(`{ id: a, set: { x: "'a'.W()" } }`),
  'a name of an expression': step('{ id: a, set: { x: W } }'),
  'a name of a template': step('{ id: a, llm: mock/echo, prompt: "${W}" }'),
  'a preset': `tools: { W: { tool: time.now } }\n${step('{ id: a, tool: W }')}`,
  'a tool': step('{ id: a, tool: W }'),
  'a tool of a preset': `tools: { a: { tool: W } }\n${step('{ id: a, tool: a }')}`,
  'a tool of a model': step('{ id: a, llm: mock/echo, prompt: hi, tools: [W] }'),
  'a field of with': step('{ id: a, tool: time.now, with: { W: 1 } }'),
  'a header': step('{ id: a, tool: http.get, with: { url: "https://a.example", headers: { W: "x" } } }'),
  'a field of query': step('{ id: a, tool: text.template, with: { template: "{{ W }}", data: { a: 1 } } }'),
  'data of a template': `${step('{ id: a, tool: text.template, with: { template: "{{ W }}", data: { W: 1 } } }')}output: steps.a.output\n`,
  'a workflow': step('{ id: a, workflow: W }'),
  'a workflow with input': step('{ id: a, workflow: b.yaml, with: { W: 1 } }'),
  'a kind of step': step('{ id: a, W: 1 }'),
  'a key of a step': step('{ id: a, set: { x: 1 }, W: 1 }'),
  'a key of the file': `W: 1\n${step('{ id: a, set: { x: 1 } }')}`,
  'a label': `labels: { W: x }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a limit': `limits: { W: 1 }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a default': `defaults: { W: 1 }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a key of retention': `retention: { W: 1d }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a key of flow': `flow: { W: 1 }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a trigger': `triggers: [{ W: 1 }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'a schedule': `triggers: [{ schedule: "@W" }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'a field of a schedule': `triggers: [{ schedule: "0 0 W * *" }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'a time zone': `triggers: [{ schedule: "@daily", timezone: W }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'a key of a trigger': `triggers: [{ schedule: "@daily", W: 1 }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'an input of a trigger': `triggers: [{ schedule: "@daily", input: { W: 1 } }]\n${step('{ id: a, set: { x: 1 } }')}`,
  'an event': step('{ id: a, emit: W }'),
  'a field of an event': `${step('{ id: a, emit: x, with: { W: 1 } }')}`,
  'an awaited event': step('{ id: a, wait: { event: W }, timeout: 1s, on_error: [{ code: timeout, next: end }] }'),
  'a key of a wait': step('{ id: a, wait: { W: 1 } }'),
  'a field of a form': step(
    '{ id: a, approve: { title: x, form: { W: string } }, timeout: 1s, on_error: [{ code: timeout, next: end }] }',
  ),
  'a key of approve': step('{ id: a, approve: { title: x, W: 1 }, timeout: 1s }'),
  'a field of returns': `${step('{ id: a, llm: mock/script, prompt: x, returns: { W: string }, params: { script: [{ W: b }] } }')}output: steps.a.output\n`,
  'a code of on_error': step('{ id: a, fail: { code: W, message: x }, on_error: [{ code: W, next: end }] }'),
  'a code of fail': step('{ id: a, fail: { code: W, message: x } }'),
  'an unknown code': step('{ id: a, tool: time.now, on_error: [{ code: W, next: end }] }'),
  'a code of retry': step('{ id: a, tool: time.now, retry: { max: 2, on: [W] } }'),
  'a branch': `${step('{ id: a, parallel: { W: [{ id: b, set: { x: 1 } }], c: [{ id: d, set: { x: 1 } }] } }')}output: steps.a.output\n`,
  'a join': step('{ id: a, parallel: { b: [{ id: c, set: { x: 1 } }] }, join: W }'),
  'a name of an item': `${step('{ id: a, foreach: "[1]", as: W, do: [{ id: b, set: { x: W } }] }')}output: steps.a.output\n`,
  'a variable': step('{ id: a, set: { x: env.W } }'),
  'a unit of a duration': step('{ id: a, wait: { for: 1W } }'),
  'a unit of a size': step('{ id: a, tool: http.get, with: { url: "https://a.example", max_bytes: 1W } }'),
  'an MCP server': `mcp: { W: { command: x } }\n${step('{ id: a, set: { x: 1 } }')}`,
  'a field of the run': step('{ id: a, set: { x: run.W } }'),
  'a field of a step': `steps:\n  - { id: b, set: { x: 1 } }\n  - { id: a, set: { x: steps.b.W } }\n`,
  'a format': `${step(`{ id: a, set: { x: "'%sW'.format(['W'])" } }`)}`,
  'a definition of a schema': `input: { schema: { type: object, properties: { a: { $ref: "#/$defs/W" } } } }\n${step('{ id: a, set: { x: 1 } }')}`,
}

const folder = createTempFolder({
  'w.yaml': 'workflow: w\nmodels: { m: mock/echo }\nsteps: [{ id: a, set: { x: 1 } }]\n',
})

const catalogue = createCatalogue()

interface Found {
  threw?: string
  findings: string[]
  end?: string
}

const judge = async (text: string, word: string): Promise<Found> => {
  const back = (value: string): string => value.replaceAll(word, 'W')
  try {
    const source = createSource('w.yaml', `workflow: w\n${text.replaceAll(/\bW\b/g, () => word)}`)
    const { diagnostics, compiled } = compile(source, { catalogue })
    const findings = diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)
    if (compiled === undefined || compiled.notYet.length > 0) return { findings }
    const input: JsonObject = text.startsWith('input: { W: string') ? Object.fromEntries([[word, 'x']]) : {}
    const secrets = Object.fromEntries(compiled.secrets.map((name) => [name, 'a secret value']))
    const { status, output, error } = await runWorkflow(compiled, { input, secrets })
    return { findings, end: back(JSON.stringify({ status, output, error })) }
  } catch (thrown) {
    return { findings: [], threw: back(String(thrown)) }
  }
}

/** Refused anywhere in a file as a key, and in expressions as a key and a name. */
const isForbidden = (found: Found | string[], word: string): boolean =>
  ['forbidden_key', ...(word === '__proto__' ? ["can't be a key", 'expression_syntax'] : [])].some((part) =>
    JSON.stringify(found).includes(part),
  )

const REFUSED_BY_NETWORK = /https:\/\/a\.example/

for (const [place, text] of Object.entries(PLACES))
  for (const [word, other] of WORDS)
    test(`'${word}' as ${place} is a word as any other`, async () => {
      const mayCall = REFUSED_BY_NETWORK.test(text)
      const [found, expected] = mayCall
        ? [compileOnly(text, word), compileOnly(text, other)]
        : await Promise.all([judge(text, word), judge(text, other)])
      if (isForbidden(found, word)) return
      assert.equal(found, expected)
      assert.is(({} as Record<string, unknown>).x, undefined)
    })

const compileOnly = (text: string, word: string): string[] => {
  const source = createSource('w.yaml', `workflow: w\n${text.replaceAll(/\bW\b/g, () => word)}`)
  return compile(source, { catalogue }).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)
}

const CONFIG_PLACES: Record<string, string> = {
  'a key': 'W: 1\n',
  'a secret': 'secrets: { W: env }\n',
  'a source of a secret': 'secrets: { a: W }\n',
  'a provider': 'providers: { W: { kind: openai, base_url: "http://127.0.0.1:1" } }\n',
  'a kind of provider': 'providers: { a: { kind: W, base_url: "http://127.0.0.1:1" } }\n',
  'a key of a provider': 'providers: { openai: { W: 1 } }\n',
  'a price': 'prices: { W/x: { input: 1, output: 1 } }\n',
  'a root of files': 'files: { W: [a] }\n',
  'a variable': 'env: [W]\n',
  'a key of retention': 'retention: { W: 1d }\n',
}

for (const [place, text] of Object.entries(CONFIG_PLACES))
  for (const [word, other] of WORDS)
    test(`'${word}' as ${place} of a config is a word as any other`, () => {
      const read = (one: string): string[] => {
        const source = createSource(
          'troupe.config.yaml',
          text.replaceAll(/\bW\b/g, () => one),
        )
        const diagnostics = new Diagnostics(source)
        readConfig(source, diagnostics, PROVIDER_NAMES)
        return diagnostics.toList().map(({ code, line, column }) => `${code} ${line}:${column}`)
      }
      if (!isForbidden(read(word), word)) assert.equal(read(word), read(other))
    })

const COMMANDS: string[][] = [
  ['explain', 'W'],
  ['validate', 'W'],
  ['run', 'w.yaml', '-q', '--model', 'W=mock/echo'],
  ['run', 'w.yaml', '-q', '--input', 'W=1'],
  ['run', 'w.yaml', '-q', '--input', 'W.W=1'],
  ['run', 'w.yaml', '-q', '--input', '{"W": 1}'],
  ['run', 'W.yaml', '-q'],
  ['plan', 'w.yaml', '--model', 'W=mock/echo'],
  ['runs', '--status', 'W'],
  ['runs', '--input', 'W=1'],
  ['trace', 'W'],
  ['schedules', 'W'],
  ['workflows', 'show', 'W'],
  ['cost-report', '--by', 'W'],
]

for (const command of COMMANDS)
  for (const [word, other] of WORDS)
    test(`'${word}' in \`${command.join(' ')}\` is a word as any other`, async () => {
      const call = async (one: string) => {
        const args = command.map((part) => part.replaceAll(/\bW\b/g, () => one))
        const { stdout, stderr } = await readCliOutput(['--db', 'words.db', ...args], folder.path)
        const text = `${stdout}\n${stderr}`.replaceAll(one, 'W').replaceAll(/did you mean.*|r-\w+-\w+/g, '')
        return text
      }
      assert.is(await call(word), await call(other))
    })

test('a table that is looked up by a text is not indexed, as a word of Object.prototype would be found', () => {
  const found = readSourceModules().flatMap(({ path }) => {
    const text = readFileSync(join(REPOSITORY_FOLDER, path), 'utf8')
    const tables = [...text.matchAll(/^(?:export )?const ([A-Z_]+): (?:Readonly<)?(?:Partial<)?Record<\s*string,/gm)]
    return tables.flatMap(([, name]) =>
      text
        .split('\n')
        .filter((line) => new RegExp(`\\b${name}\\[`).test(line) && !/Object\.hasOwn|\[(character|digit)\]/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
  })
  assert.equal(found, [])
})

test.run()
