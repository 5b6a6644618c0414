/** The kinds of step that an actor performs: llm, tool, code, memory, workflow, emit. */
import { listOf, plainJson } from './collection-shape.ts'
import { checkExclusive } from './exclusive-keys.ts'
import { type Fields, record } from './record-shape.ts'
import { duration, flag, integer, name, number, size, text, word } from './scalar-shape.ts'
import { byForm } from './shape.ts'
import { type StepKindGrammar, stepKind } from './step-kind.ts'
import { type } from './type-shape.ts'
import { template, templateInput, templateMap, templateText } from './value-shape.ts'

const llm = stepKind({
  kind: 'llm',
  doc: 'Asks a model. Output: what `returns` says, or `{ text }`.',
  fields: {
    model: { key: 'llm', shape: text(), doc: 'An alias of `models`, or `provider/name`.', required: true },
    prompt: { key: 'prompt', shape: templateText, doc: 'What the model is asked. Excludes `messages`.' },
    messages: {
      key: 'messages',
      shape: template,
      doc: 'The conversation so far: a list of `{ role, content }`, or one `${ … }` for it. Excludes `prompt`.',
    },
    system: { key: 'system', shape: templateText, doc: 'What the model is told before everything else.' },
    images: {
      key: 'images',
      shape: template,
      doc: 'Images that go with the prompt: a list of blobs, or one `${ … }`.',
    },
    returns: { key: 'returns', shape: type, doc: 'The type of the output; the model is held to it.' },
    tools: { key: 'tools', shape: listOf(text()), doc: 'Tools that the model may call, by name.' },
    maxTurns: {
      key: 'max_turns',
      shape: integer({ minimum: 1 }),
      doc: 'How often the model may be asked in one attempt when it calls tools.',
      default: 10,
    },
    params: {
      key: 'params',
      shape: templateMap({
        temperature: 'How freely the model chooses its words, from 0.',
        max_tokens: 'The most tokens of an answer.',
        seed: 'Makes answers repeatable where the provider can.',
        script: 'For `mock/script`: its answers, a list or a file.',
      }),
      doc: 'Parameters of the model.',
    },
    cacheMs: { key: 'cache', shape: duration, doc: 'How long an equal request is answered from the store.' },
    stream: { key: 'stream', shape: flag, doc: 'Whether the text is shown while it is written.' },
    conversation: {
      key: 'conversation',
      shape: templateMap({
        namespace: 'Where the conversation is kept in memory.',
        window: 'How many of the last messages the model sees.',
        summarize: 'Whether older messages are summarised.',
      }),
      doc: 'A conversation that outlives the run: `{ namespace, window, summarize }`.',
    },
  } as const satisfies Fields,
  check: (node, { reading }) => {
    checkExclusive(node, ['prompt', 'messages'], { owner: 'an llm step', required: true, reading })
  },
  build: ({ model, ...fields }, common) => model && { ...common, kind: 'llm', model, ...fields },
})

const tool = stepKind({
  kind: 'tool',
  doc: 'Calls a tool: built in, a preset, of an MCP server (`mcp.<server>.<tool>`) or of an agent. Output: by its schema.',
  fields: {
    tool: { key: 'tool', shape: text(), doc: 'The name of the tool, such as `http.get`.', required: true },
    with: { key: 'with', shape: templateInput(), doc: "The tool's input." },
  } as const satisfies Fields,
  build: ({ tool: name, ...fields }, common) => name && { ...common, kind: 'tool', tool: name, ...fields },
})

const SANDBOX_FIELDS = {
  engine: { key: 'engine', shape: name, doc: 'What runs the code.' },
  preset: { key: 'preset', shape: name, doc: 'A set of limits by name.' },
  memory: { key: 'memory', shape: size, doc: 'The most memory, such as 64mb.' },
  cpu: { key: 'cpu', shape: number({ minimum: 0 }), doc: 'The most processors, such as 0.5.' },
  time: { key: 'time', shape: duration, doc: 'The longest time, such as 10s.' },
  network: {
    key: 'network',
    shape: byForm('true, false or a list of hosts', { scalar: flag, list: listOf(text()) }),
    doc: 'Whether the code reaches the network, or the hosts it reaches.',
    default: false,
  },
  packages: { key: 'packages', shape: listOf(text()), doc: 'Packages that the code imports.' },
} as const satisfies Fields

const code = stepKind({
  kind: 'code',
  doc: 'Runs code in a sandbox; it sees `with` as the variable `input` and nothing else. Output: the returned value.',
  fields: {
    language: { key: 'code', shape: word('javascript', 'python'), doc: 'The language.', required: true },
    source: { key: 'source', shape: text(), doc: 'The code itself; no expressions in it. Excludes `file`.' },
    file: { key: 'file', shape: text(), doc: 'The file with the code, relative to the workflow. Excludes `source`.' },
    with: { key: 'with', shape: template, doc: 'The variable `input` of the code.' },
    returns: { key: 'returns', shape: type, doc: 'The type of the returned value.' },
    sandbox: { key: 'sandbox', shape: plainJson(record('a sandbox', SANDBOX_FIELDS)), doc: 'Engine and limits.' },
  } as const satisfies Fields,
  check: (node, { reading }) => {
    checkExclusive(node, ['source', 'file'], { owner: 'a code step', required: true, reading })
  },
  build: ({ language, ...fields }, common) => language && { ...common, kind: 'code', language, ...fields },
})

const memory = stepKind({
  kind: 'memory',
  doc: 'Reads or writes what outlives a run. Output: get `{ found, value, version }`; put, append `{ version }`; search, list `{ items }`; delete `{ deleted }`.',
  fields: {
    operation: {
      key: 'memory',
      shape: word('get', 'put', 'append', 'search', 'delete', 'list'),
      doc: 'What to do.',
      required: true,
    },
    with: {
      key: 'with',
      shape: templateInput({
        namespace: 'Where to look: names of one namespace are apart from all others.',
        key: 'The name of the entry.',
        value: 'What to store.',
        query: 'What to search for.',
        limit: 'The most items to return.',
        ttl: 'How long the entry lives, such as 30d.',
        if_version: 'Writes only when the entry has this version, else fault `conflict`.',
      }),
      doc: 'The input of the operation.',
    },
  } as const satisfies Fields,
  build: ({ operation, ...fields }, common) => operation && { ...common, kind: 'memory', operation, ...fields },
})

const workflow = stepKind({
  kind: 'workflow',
  doc: 'A child run; its cost and trace are part of this run. Output: that of the child.',
  fields: {
    workflow: {
      key: 'workflow',
      shape: text(),
      doc: 'The name of the workflow, or the path of its file.',
      required: true,
    },
    with: { key: 'with', shape: templateInput(), doc: 'Its input.' },
  } as const satisfies Fields,
  build: ({ workflow: child, ...fields }, common) =>
    child && { ...common, kind: 'workflow', workflow: child, ...fields },
})

const emit = stepKind({
  kind: 'emit',
  doc: 'Publishes a CloudEvent.',
  fields: {
    event: { key: 'emit', shape: templateText, doc: 'The type of the event.', required: true },
    with: { key: 'with', shape: template, doc: 'Its data.' },
  } as const satisfies Fields,
  build: ({ event, ...fields }, common) => event && { ...common, kind: 'emit', event, ...fields },
})

export const ACTOR_STEP_KINDS: readonly StepKindGrammar[] = [llm, tool, code, memory, workflow, emit]
