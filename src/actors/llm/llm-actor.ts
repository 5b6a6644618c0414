/**
 * The actor around any provider: it performs one turn of a model and judges the answer. It does not retry, and performs no tool.
 *
 * 1. Images become bytes, and tools get names that the vendor takes, before the provider sees them.
 * 2. Each call reports its usage once.
 * 3. An answer that was cut off or refused is a fault, never a success.
 * 4. An answer that does not match `returns` goes back to the model once, with its problem. A second such answer is a fault.
 */
import type { ActorContext } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import { Fault, isFault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import {
  describeProvider,
  LLM_INPUT_SCHEMA,
  type LlmActor,
  type LlmInput,
  type LlmToolCall,
  type LlmTurn,
  toModelName,
} from '../../core/llm.ts'
import { findChoiceProblem, findExpectedParameter, type ParameterRules } from '../../core/model-parameters.ts'
import { askedWait } from '../../core/retry-policy.ts'
import { findInputProblem } from '../tools/input-check.ts'
import { type CachedActorOptions, withAnswerCache } from './cached-actor.ts'
import { toExactJson } from './exact-json.ts'
import { type JudgedAnswer, judgeAnswer, writeRepair } from './judge-answer.ts'
import { type ReadBlob, resolveImages } from './message-images.ts'
import { hasBegun } from './model-request.ts'
import { findOutputLimit } from './output-limit.ts'
import type { LlmAnswer, LlmProvider, LlmRequest } from './provider.ts'
import type { ModelServer } from './provider-definition.ts'
import type { ProviderQueue } from './provider-queue.ts'
import { createToolNames, type ToolNames } from './tool-names.ts'
import { type CallPrice, reportUsage } from './usage-report.ts'

export interface LlmActorOptions {
  /** Default: unknown. */
  price?: CallPrice
  /** Reads the bytes of a blob. Default: no blob is found. */
  readBlob?: ReadBlob
  /** Keeps the answers of steps with `cache`. Default: the model is always asked. */
  cache?: CachedActorOptions
  /** The queue in front of the provider. Default: each call begins at once. */
  queue?: ProviderQueue
  /** The provider's limits. Default: those of all providers. */
  rules?: Pick<ModelServer, 'parameters' | 'longestToolName' | 'outputLimits' | 'isLocal'>
}

/** @throws (of `perform`) Fault by docs/errors.md; Cancelled */
export const createLlmActor = (provider: LlmProvider, options: LlmActorOptions = {}): LlmActor => {
  const actor = createAskingActor(provider, options)
  return options.cache === undefined ? actor : withAnswerCache(actor, options.cache)
}

const createAskingActor = (provider: LlmProvider, options: LlmActorOptions): LlmActor => ({
  ...describeProvider(provider.name, `Answers by the models of ${provider.name}.`),
  async perform(input, context) {
    if (context.signal.aborted) throw new Cancelled()
    const problem = findInputProblem(LLM_INPUT_SCHEMA, input)
    if (problem !== undefined) throw new Fault('invalid_input', `the input of the model is wrong: ${problem}`)
    expectParameters(input.params, options.rules?.parameters)
    expectChoice(input)
    const names = createToolNames(input.tools ?? [], options.rules?.longestToolName)
    const request = await toRequest(input, { names, options })
    const turn = await takeTurn({ provider, input, context, options, names }, request)
    return input.tools === undefined ? (turn.output ?? null) : turn
  },
})

/** Checks values that come from expressions. The compiler has checked the others. */
const expectParameters = (params: JsonObject, rules?: ParameterRules): void => {
  for (const [name, value] of Object.entries(params)) {
    const expected = findExpectedParameter(name, value, rules)
    if (expected === undefined) continue
    throw new Fault('invalid_input', `'${name}' is out of range: expected ${expected}, got ${JSON.stringify(value)}`)
  }
}

const expectChoice = ({ params: { tool_choice: choice }, tools }: LlmInput): void => {
  if (typeof choice !== 'string' || tools === undefined) return
  const names = tools.map(({ name }) => name)
  const problem = findChoiceProblem(choice, names)
  if (problem !== undefined) throw new Fault('invalid_input', problem)
}

const toRequest = async (
  input: LlmInput,
  { names, options }: { names: ToolNames; options: LlmActorOptions },
): Promise<LlmRequest> => ({
  model: toModelName(input.model),
  messages: (await resolveImages(input.messages, options.readBlob)).map(names.toWire),
  params: toChoice(toSentParams(input, options.rules), { input, names }),
  ...(input.returns === undefined ? {} : { returns: input.returns }),
  ...(names.tools.length === 0 ? {} : { tools: names.tools }),
})

/**
 * The parameters on the wire. A `max_tokens` that the budget reserves is sent up to the model's output limit, as vendors refuse more. A
 * model whose limit is unknown may refuse any, so none is sent.
 */
const toSentParams = ({ model, params, max_tokens_by }: LlmInput, rules: LlmActorOptions['rules']): JsonObject => {
  const { max_tokens: reserved, ...rest } = params
  if (max_tokens_by === undefined || typeof reserved !== 'number' || rules?.isLocal) return params
  const limit = findOutputLimit(rules?.outputLimits ?? {}, toModelName(model))
  return limit === undefined ? rest : { ...rest, max_tokens: Math.min(reserved, limit) }
}

/** A `tool_choice` that asks for a call holds until the first call: in each turn, the model could never answer. */
const toChoice = (params: JsonObject, { input, names }: { input: LlmInput; names: ToolNames }): JsonObject => {
  const { tool_choice: choice, ...rest } = params
  if (typeof choice !== 'string') return params
  const isForcing = choice !== 'auto' && choice !== 'none'
  if (isForcing && input.messages.some(({ role }) => role === 'tool')) return rest
  return { ...rest, tool_choice: names.toWireName(choice) }
}

interface TurnCall {
  provider: LlmProvider
  input: LlmInput
  context: ActorContext
  options: LlmActorOptions
  names: ToolNames
}

const takeTurn = async (call: TurnCall, request: LlmRequest): Promise<LlmTurn> => {
  const first = await ask(call, request)
  const judged = await judge(call, first)
  if (judged.kind === 'turn') return judged.turn
  const messages = [...request.messages, ...writeRepair(first.text, { ...judged, returns: call.input.returns })]
  const second = await ask(call, { ...request, messages })
  const again = await judge(call, second)
  if (again.kind === 'turn') return again.turn
  const { problem, path, code, hint } = again
  const message = `the answer of '${call.input.model}' does not match 'returns': ${problem}${hint === undefined ? '' : `\n${hint}`}`
  // A value that the schema can't take would not fit the next time either.
  throw new Fault(code ?? 'invalid_output', message, { retryable: code === undefined, details: { path } })
}

const ask = async ({ provider, input, context, options }: TurnCall, request: LlmRequest): Promise<LlmAnswer> => {
  const onText = input.stream === true ? (text: string) => context.progress({ kind: 'text', text }) : undefined
  const report = reportUsage({ provider: provider.name, model: request.model, price: options.price }, context)
  const leave = await options.queue?.enter(context)
  try {
    const answer = await provider.call(request, { signal: context.signal, onText })
    report(answer.usage)
    const { cutPrompt: cut } = answer
    if (cut !== undefined) context.warn({ limit: 'num_ctx', amount: cut.sent, allowed: cut.read })
    return answer
  } catch (error) {
    if (hasBegun(error)) report(null)
    const asked = isFault(error) ? askedWait(error) : undefined
    if (asked !== undefined) options.queue?.holdBack(asked)
    throw error
  } finally {
    leave?.()
  }
}

type Judgement = { kind: 'turn'; turn: LlmTurn } | Extract<JudgedAnswer, { kind: 'wrong' }>

const judge = async ({ input, names }: TurnCall, answer: LlmAnswer): Promise<Judgement> => {
  expectWhole(answer, input)
  const { text } = answer
  const tool_calls = input.tools === undefined ? [] : answer.toolCalls.map(names.fromWire).map(toExactCall)
  if (tool_calls.length > 0) return { kind: 'turn', turn: { text, tool_calls } }
  // The tool loop asks an empty turn to go on.
  if (text.trim() === '' && input.tools !== undefined) return { kind: 'turn', turn: { text, tool_calls } }
  if (input.returns === undefined)
    return { kind: 'turn', turn: { text, tool_calls, output: expectText(answer, input) } }
  const judged = await judgeAnswer(text, input.returns)
  return judged.kind === 'wrong' ? judged : { kind: 'turn', turn: { text, tool_calls, output: judged.value } }
}

const toExactCall = (call: LlmToolCall): LlmToolCall => ({ ...call, arguments: toExactJson(call.arguments) })

const expectWhole = ({ finish, text, reason = '' }: LlmAnswer, input: LlmInput): void => {
  const { model } = input
  const details = { finish }
  if (finish === 'failed') {
    throw new Fault(
      BROKE_OFF.test(reason) ? 'unavailable' : 'invalid_output',
      `'${model}' ended its answer with '${reason}', which is no success${quoteWords(text)}\nretry the step, or name another model`,
      { retryable: true, details: { ...details, reason } },
    )
  }
  if (finish === 'refused') throw new Fault('refused', `'${model}' refused to answer${quoteWords(text)}`, { details })
  if (finish === 'length') throw toCutFault(input)
}

const LONGEST_WORDS = 200

const quoteWords = (text: string): string => {
  const words = text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_WORDS)
  return words === '' ? '' : `: ${words}`
}

const toCutFault = ({ model, params, max_tokens_by }: LlmInput): Fault => {
  const limit = params.max_tokens === undefined ? undefined : String(params.max_tokens)
  const [cause, hint] =
    limit === undefined
      ? ['by the limit of the model', "raise 'max_tokens', or ask for less at once"]
      : max_tokens_by === 'budget'
        ? [`by the model, or as the limits of the run leave ${limit} tokens`, "raise 'limits', or ask for less at once"]
        : [`by max_tokens (${limit})`, "raise 'max_tokens', or ask for less at once"]
  return new Fault('invalid_output', `the answer of '${model}' was cut off ${cause}\n${hint}`, {
    details: { finish: 'length' },
  })
}

/** Reasons of a server that gave up in the middle, whatever the model was asked. */
const BROKE_OFF = /error|abort|cancel|interrupt|timeout|system_resource|unavailable|overload/i

const expectText = ({ text, thoughts }: LlmAnswer, { model }: LlmInput): JsonValue => {
  if (text.trim() !== '') return { text }
  throw new Fault(
    'invalid_output',
    `'${model}' answered with nothing${thoughts === undefined ? '' : ' but thoughts'}: expected a text`,
    { retryable: true },
  )
}
