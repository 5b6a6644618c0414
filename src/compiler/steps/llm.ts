import { countOf } from '../../core/count.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import type { CheckContext } from '../check/check-context.ts'
import { LLM_TEXT } from '../check/known-types.ts'
import { findUnavailableProvider, type NotYet, notYet } from '../check/not-yet.ts'
import type { KindStep, Preset, StepOf } from '../document.ts'
import { type Bindings, compileValue } from '../expression/compile-expression.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import { listOf } from '../grammar/collection-shape.ts'
import { checkExclusive } from '../grammar/exclusive-keys.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { duration, flag, integer, text, toolName } from '../grammar/scalar-shape.ts'
import { type } from '../grammar/type-shape.ts'
import { template, templateMap, templateText } from '../grammar/value-shape.ts'
import { type Evaluate, toInput, toText } from '../link/entry.ts'
import type { MachineContext } from '../machine-context.ts'
import type { PlanOptions } from '../plan.ts'
import { checkLlm } from './llm/check-llm.ts'
import { MODEL_PARAMETERS } from './llm/model-parameters.ts'
import type { StepDescriptor } from './step-descriptor.ts'

/** Default of `max_turns`. */
const DEFAULT_MAX_TURNS = 10

const FIELDS = {
  model: { key: 'llm', shape: text(), doc: 'An alias of `models`, or `provider/name`.', required: true },
  prompt: { shape: templateText, doc: 'What the model is asked. Excludes `messages`.' },
  messages: {
    shape: template,
    doc: 'The conversation so far: a list of `{ role, content }`, or one `${ … }` for it. Excludes `prompt`.',
  },
  system: { shape: templateText, doc: 'What the model is told before everything else.' },
  images: { shape: template, doc: 'Images that go with the prompt: a list of blobs, or one `${ … }`.' },
  returns: { shape: type, doc: 'The type of the output; the model is held to it.' },
  tools: { shape: listOf(toolName), doc: 'Tools that the model may call, by name.' },
  maxTurns: {
    shape: integer({ minimum: 1 }),
    doc: 'How often the model may be asked in one attempt when it calls tools.',
    default: DEFAULT_MAX_TURNS,
  },
  params: {
    shape: templateMap({
      temperature: 'How freely the model chooses its words, from 0.',
      max_tokens: 'The most tokens of an answer.',
      seed: 'Makes answers repeatable where the provider can.',
      script: 'For `mock/script`: its answers, a list or a file.',
    }),
    doc: 'Parameters of the model.',
  },
  cacheMs: { key: 'cache', shape: duration, doc: 'How long an equal request is answered from the store.' },
  stream: { shape: flag, doc: 'Whether the text is shown while it is written.' },
  conversation: {
    shape: templateMap({
      namespace: 'Where the conversation is kept in memory.',
      window: 'How many of the last messages the model sees.',
      summarize: 'Whether older messages are summarised.',
    }),
    doc: 'A conversation that outlives the run: `{ namespace, window, summarize }`.',
  },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    llm: KindStep<'llm', typeof FIELDS>
  }
}

export const llm: StepDescriptor<'llm'> = {
  grammar: defineGrammar({
    owner: 'an llm step',
    doc: 'Asks a model. Output: what `returns` says, or `{ text }`.',
    fields: FIELDS,
    foreign: ['model', 'agent', 'prompt'],
    inside: { params: [...MODEL_PARAMETERS.keys()] },
    check(node, { reading }) {
      checkExclusive(node, ['prompt', 'messages'], { owner: 'an llm step', required: true, reading })
    },
  }),
  check: checkLlm,
  outputType: ({ returns }) => (returns === undefined ? LLM_TEXT : typeOfSchema(returns.value)),
  outputSchema: ({ returns }) => returns?.value ?? ANSWER,
  start: () => 'call',
  enter: (step, bindings) => toInput(compileCall(step, bindings)),
  plan(step, options) {
    const models = modelsOf(step, options)
    return {
      actor: models[0] ?? '',
      models,
      fixed: fixedOf(step),
      writes: false,
      returns: step.returns?.value,
      toolLoop: step.tools && {
        tools: step.tools.map(({ value }) => value),
        maxTurns: step.maxTurns?.value ?? DEFAULT_MAX_TURNS,
      },
    }
  },
  chart: {
    icon: 'llm',
    describe: ({ model }, { actor }) => actor ?? model.value,
    badges: (step, presets) => describeTools(step, presets),
  },
  // A step with tools starts once itself, and then each turn and each call; one call a turn is assumed.
  startsOfOne: ({ tools = [], maxTurns }) => (tools.length === 0 ? 1 : 1 + 2 * (maxTurns?.value ?? DEFAULT_MAX_TURNS)),
  faults: { usual: ['timeout', 'rate_limited', 'unavailable', 'unauthorized', 'refused', 'invalid_output'] },
  model: ({ model }) => model,
  tools: ({ tools = [] }) => tools,
  notYet: (step, context) => findNotYet(step, context),
}

const ANSWER = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }

/** The part of a model call that depends on the run: `{ messages, params }`. */
const compileCall = (step: StepOf<'llm'>, bindings: Bindings<MachineContext>): Evaluate => {
  const system = step.system && compileValue(step.system, bindings)
  const prompt = step.prompt && compileValue(step.prompt, bindings)
  const messages = step.messages && compileValue(step.messages, bindings)
  const params = step.params && compileValue(step.params, bindings)
  const images = step.images && compileValue(step.images, bindings)
  return (context) => {
    const given = messages?.(context) ?? []
    const said = [
      ...(system === undefined ? [] : [{ role: 'system', content: toText(system(context)) }]),
      ...(Array.isArray(given) ? given : [given]),
      ...(prompt === undefined ? [] : [{ role: 'user', content: toText(prompt(context)) }]),
    ]
    return {
      messages: images === undefined ? said : withImages(said, images(context)),
      params: params?.(context) ?? {},
    }
  }
}

/** Adds images to the last message of the user. */
const withImages = (messages: readonly JsonValue[], images: JsonValue): JsonValue[] => {
  const last = messages.findLastIndex((message) => isJsonObject(message) && message.role === 'user')
  const list = Array.isArray(images) ? images : [images]
  const asked = last < 0 ? [...messages, { role: 'user', content: '' }] : messages
  const place = last < 0 ? messages.length : last
  return asked.map((message, index) => (index === place ? { ...(message as JsonObject), images: list } : message))
}

const fixedOf = (step: StepOf<'llm'>): Record<string, unknown> => ({
  ...(step.returns === undefined ? {} : { returns: step.returns.value }),
  ...(step.stream === undefined ? {} : { stream: step.stream.value }),
  ...(step.cacheMs === undefined || step.cacheMs.value === 0 ? {} : { cache_ms: step.cacheMs.value }),
})

/** Models as `provider/name`: the alias as overridden, else as the file has it, else the name itself. */
const modelsOf = ({ model }: StepOf<'llm'>, { workflow, models }: PlanOptions): readonly string[] => {
  const override = ownValue(models, model.value)
  if (override !== undefined) return [override]
  return workflow.models.get(model.value)?.value.map(({ value }) => value) ?? [model.value]
}

const describeTools = (step: StepOf<'llm'>, presets: ReadonlyMap<string, Preset>): string[] => {
  const tools = (step.tools ?? []).map(({ value }) => value)
  const asking = tools.filter((name) => presets.get(name)?.approval !== undefined)
  return [
    ...(tools.length === 0 ? [] : [countOf(tools.length, 'tool')]),
    ...(asking.length === 0 ? [] : [`asks before ${asking.join(', ')}`]),
  ]
}

const findNotYet = ({ model, conversation }: StepOf<'llm'>, { models, catalogue }: CheckContext): NotYet[] => [
  ...(models.isAlias(model.value) ? [] : findUnavailableProvider(model, catalogue)),
  ...(conversation === undefined ? [] : [notYet(conversation.range, "'conversation'")]),
]
