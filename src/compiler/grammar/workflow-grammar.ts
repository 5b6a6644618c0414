/** The top level of a workflow file. The grammar of steps is given to it, since steps hold steps of every kind. */
import { findEntry, type YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { Located } from '../value-node.ts'
import { listOf, mapOf, plainJson, toMap } from './collection-shape.ts'
import { runsOn } from './common-step-grammar.ts'
import { checkExclusive } from './exclusive-keys.ts'
import { type Fields, type RecordOf, record } from './record-shape.ts'
import { retention } from './retention-grammar.ts'
import { duration, flag, integer, name, number, rate, text, toolName, variableName, word } from './scalar-shape.ts'
import { byForm, mapped, type Shape, typeAmong, warnOfMisread } from './shape.ts'
import { triggers } from './trigger-grammar.ts'
import { inputType } from './type-shape.ts'
import { expression, expressionValue, template, templateInput } from './value-shape.ts'

const versionExpected = 'a number or a text'

const version: Shape<Located<number | string>> = {
  expected: versionExpected,
  read(node, place) {
    if (node.kind === 'scalar' && typeof node.value === 'number') {
      warnOfMisread(node, place, { wanted: 'any' })
      return { value: node.value, range: node.range }
    }
    return text({ expected: versionExpected }).read(node, place)
  },
  toJsonSchema: () => typeAmong('number', 'string'),
}

const modelName = text({ expected: 'a model such as ollama/llama3.2' })

const MODELS = 'a model such as ollama/llama3.2, or a list of them in fallback order'

const modelList: Shape<Located<Located<string>[]>> = byForm(MODELS, {
  scalar: mapped(modelName, (model, { range }) => ({ value: [model], range })),
  list: mapped(listOf(modelName, { minimum: 1 }), (models, { range }) => ({ value: models, range })),
})

const models = mapped(mapOf(name, modelList, { expected: 'a map from aliases to models' }), toMap)

const LIMIT_FIELDS = {
  costUsd: { shape: number({ minimum: 0 }), doc: 'The most that a run may cost, in US dollars.' },
  tokens: { shape: integer({ minimum: 1 }), doc: 'The most tokens, input and output, of all model calls.' },
  steps: { shape: integer({ minimum: 1 }), doc: 'The most steps that a run may perform.', default: 100_000 },
  timeMs: { key: 'time', shape: duration, doc: 'The longest time that a run may take.' },
  allowUnpriced: {
    shape: flag,
    doc: 'Whether models without a known price may be used under `cost_usd`.',
    default: false,
  },
} as const satisfies Fields

const MCP_FIELDS = {
  command: {
    shape: listOf(text(), { minimum: 1 }),
    doc: 'The program that serves, with its arguments. Excludes `url`.',
  },
  url: { shape: text(), doc: 'Where it is served. Excludes `command`.' },
  env: {
    shape: mapped(mapOf(variableName, template, { expected: 'a map from variables to texts' }), toMap),
    doc: 'Variables of the program.',
  },
} as const satisfies Fields

const mcpServer = mapped(record('an mcp server', MCP_FIELDS), (fields, node, { reading }) => {
  const owner = 'an mcp server'
  const isWhole = node.kind === 'map' && checkExclusive(node, ['command', 'url'], { owner, required: true, reading })
  return isWhole ? { ...fields, range: node.range } : undefined
})

const APPROVAL_FIELDS = {
  when: { shape: expression, doc: 'A condition: a call for which it is true needs an approval.', required: true },
} as const satisfies Fields

const approval = byForm('always or { when: expr }', {
  scalar: word('always'),
  map: record('an approval', APPROVAL_FIELDS),
})

const PRESET_FIELDS = {
  tool: { shape: toolName, doc: 'The tool that is called.', required: true },
  with: { shape: templateInput(), doc: 'Input that is always given; the call adds to it.' },
  description: { shape: text(), doc: 'What a model is told about the tool.' },
  approval: { shape: approval, doc: 'Whether a person must agree to a call: `always` or `{ when: expr }`.' },
} as const satisfies Fields

export const preset = mapped(record('a tool preset', PRESET_FIELDS), (fields, { range }) => ({
  ...fields,
  range,
}))

const FLOW_FIELDS = {
  concurrency: { shape: integer({ minimum: 1 }), doc: 'How many runs of a key may run at once.' },
  key: { shape: expression, doc: 'An expression over `input`: runs with the same value share the limits.' },
  onConflict: {
    shape: word('queue', 'reject', 'replace'),
    doc: 'What happens to a run for which there is no room.',
    default: 'queue',
  },
  rate: { shape: rate, doc: 'How many runs may start in a time, such as 10/1m.' },
  priority: { shape: integer(), doc: 'Runs with a higher one start first.' },
  maxQueued: {
    key: 'max_queued',
    shape: integer({ minimum: 1 }),
    doc: 'How many runs of a key may wait in the queue.',
  },
  whenFull: {
    key: 'when_full',
    shape: word('refuse', 'drop_oldest'),
    doc: 'What happens when the queue is full: the new run is refused, or the oldest one in the queue is cancelled.',
    default: 'refuse',
  },
  expireMs: {
    key: 'expire',
    shape: duration,
    doc: 'A run that has not begun after this time in the queue is cancelled.',
  },
  children: {
    shape: flag,
    doc: 'Whether the flow counts for runs that are steps of other workflows too.',
    default: false,
  },
} as const satisfies Fields

const isUnreadLimit = (node: YamlNode, key: string, value: unknown): boolean =>
  value === undefined && node.kind === 'map' && findEntry(node, key) !== undefined

type FlowRecord = RecordOf<typeof FLOW_FIELDS>

/** Limits on how many runs proceed or begin at once. */
export interface Flow extends Omit<FlowRecord, 'onConflict'>, Required<Pick<FlowRecord, 'onConflict'>> {
  /** A limit could not be read, and is reported. */
  malformed?: true
  range: Range
}

const flow: Shape<Flow> = mapped(record('a flow', FLOW_FIELDS), ({ onConflict, ...fields }, node) => ({
  ...fields,
  onConflict: onConflict ?? { value: 'queue', range: node.range },
  ...(isUnreadLimit(node, 'concurrency', fields.concurrency) || isUnreadLimit(node, 'rate', fields.rate)
    ? { malformed: true as const }
    : {}),
  range: node.range,
}))

export const createWorkflowFields = <Step>(steps: Shape<Step[]>) =>
  ({
    name: { key: 'workflow', shape: name, doc: "The workflow's name.", required: true },
    version: { shape: version, doc: 'A number or text of your own, shown with its runs.' },
    description: { shape: text(), doc: 'What the workflow is for, in words.' },
    models: { shape: models, doc: 'Aliases of models; a list is a fallback order.' },
    limits: { shape: record('limits', LIMIT_FIELDS), doc: 'What a run may use at most; exceeding it ends the run.' },
    secrets: {
      shape: listOf(variableName, { expected: 'a list of names' }),
      doc: 'The names of the secrets that the workflow uses.',
    },
    input: { shape: inputType, doc: 'The fields of the input and their types. A wrong input never creates a run.' },
    triggers: { shape: triggers, doc: 'What starts runs besides the command line and the API.' },
    steps: { shape: steps, doc: 'The steps, in order.', required: true },
    finalSteps: {
      key: 'finally',
      shape: steps,
      doc: 'Steps that run after any end: completed, failed or cancelled. The end stays as it was. They may take 5 minutes in all.',
    },
    output: { shape: expressionValue, doc: "Expressions: the run's output." },
    mcp: {
      shape: mapped(mapOf(name, mcpServer, { expected: 'a map from names to mcp servers' }), toMap),
      doc: 'MCP servers, whose tools are named `mcp.<server>.<tool>`.',
    },
    presets: {
      key: 'tools',
      shape: mapped(mapOf(text(), preset, { expected: 'a map from names to presets' }), toMap),
      doc: 'Tools under names of your own, with a part of their input given.',
    },
    flow: { shape: flow, doc: 'How many runs may run at once, and which wait.' },
    runsOn: { shape: runsOn, doc: 'Where steps run that do not say it themselves.' },
    retention: { shape: plainJson(retention), doc: 'How long ended runs are kept.' },
  }) as const satisfies Fields

/** Values of the keys that are absent. */
export const EMPTY_WORKFLOW = {
  models: new Map(),
  limits: {},
  secrets: [],
  triggers: [],
  steps: [],
  mcp: new Map(),
  presets: new Map(),
}
