/** Context of the tool loop, and the pure functions that change it. tool-loop.ts says when each applies. */
import type { FaultData } from '../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue, toCanonicalJson } from '../core/json.ts'
import { findNearest } from '../core/nearest.ts'

export interface ToolLoopInput extends JsonObject {
  /** Id of the step: plans of its effects are named `ID/turn` and `ID/TOOL`. */
  step: string
  messages: JsonObject[]
  params: JsonObject
  /** Names of the tools that the model may call. */
  tools: string[]
  maxTurns: number
  /** Bounds of the step that expressions gave: each turn has its timeout. */
  bounds: TurnBounds
}

/** Bounds of one turn; empty: those of its plan. */
type TurnBounds = { timeoutMs?: number }

export interface ToolLoopContext
  extends Pick<ToolLoopInput, 'step' | 'messages' | 'params' | 'tools' | 'maxTurns' | 'bounds'> {
  at: number
  /** One record per effect, in the shape that the runtime reads. */
  steps: Record<string, EffectRecord>
  fault: { fault: FaultData; step: string; handler: string } | null
  output: JsonValue
  turn: number
  /** Calls of the running turn, in the order of the model. */
  calls: ToolCall[]
  /** Number of times that each call, by name and arguments, was made. */
  made: Record<string, number>
  /** Number of turns with a wrong call: to an unknown tool, or with arguments that do not fit. */
  wrong: number
  /** True when a call of the running turn is wrong. */
  isWrong: boolean
  /** Attempts of all turns so far. */
  attempts: number
  isNudged: boolean
}

export interface EffectRecord {
  visits: number
  calls: number
  entered: { kind: 'input'; input: JsonValue; plan: string; key?: string }
  bounds?: TurnBounds
}

interface ToolCall {
  /** The id of its effect. */
  step: string
  id: string
  name: string
  /** Result that the model sees; undefined while the call is in flight. */
  result: string | undefined
  /** True: the result tells of a failure. */
  isError?: boolean
}

export interface ToolLoopEvent {
  type: `xstate.done.actor.${string}` | `xstate.error.actor.${string}` | 'CANCEL'
  at?: number
  actorId?: string
  output?: JsonValue
  error?: FaultData
  attempts?: number
}

/** Times that the same call may be made, and turns with wrong calls that may go back to the model. */
const SAME_CALLS_ALLOWED = 3
const WRONG_TURNS_ALLOWED = 3

/** Characters of a result that the model sees. */
const LONGEST_RESULT = 64_000

/** Prefix of the result of a call whose arguments its tool refused. */
const WRONG_ARGUMENTS = 'Error: invalid_input: '

const NUDGE = 'You have given no answer. Answer now, or call a tool.'

type NextTurn = Pick<ToolLoopContext, 'turn' | 'steps' | 'messages' | 'calls' | 'wrong' | 'isWrong'>

export const nextTurn = (context: ToolLoopContext): NextTurn => {
  const turn = context.turn + 1
  const results = context.calls.map(({ id, name, result = '', isError = false }) => ({
    role: 'tool',
    tool_call_id: id,
    name,
    content: result,
    ...(isError && { is_error: true }),
  }))
  const messages = [...context.messages, ...results]
  const entered = { kind: 'input', input: { messages, params: context.params }, plan: `${context.step}/turn` } as const
  return {
    turn,
    messages,
    calls: [],
    wrong: context.wrong + (context.isWrong ? 1 : 0),
    isWrong: false,
    steps: {
      ...context.steps,
      [`turn_${turn}`]: { visits: 1, calls: context.attempts, entered, bounds: context.bounds },
    },
  }
}

/** One turn of the model in the form of `LlmTurn` of the llm actors. */
const readTurn = ({ output }: ToolLoopEvent): { text: string; calls: JsonObject[]; answer: JsonValue | undefined } => {
  const turn = isJsonObject(output) ? output : {}
  const calls = Array.isArray(turn.tool_calls) ? turn.tool_calls.filter(isJsonObject) : []
  return { text: typeof turn.text === 'string' ? turn.text : '', calls, answer: turn.output }
}

export const endsWithAnswer = (event: ToolLoopEvent): boolean => readTurn(event).calls.length === 0

/** True for an empty answer. Models give one after a tool's result, and go on when asked to. */
export const isEmptyAnswer = (event: ToolLoopEvent): boolean => {
  const { text, calls, answer } = readTurn(event)
  const isEmpty = answer === undefined || (isJsonObject(answer) && answer.text === '')
  return calls.length === 0 && text.trim() === '' && isEmpty
}

/** True when an empty answer is to be asked for once more. A model is asked so once. */
export const needsNudge = ({ isNudged, turn, maxTurns }: ToolLoopContext, event: ToolLoopEvent): boolean =>
  !isNudged && turn < maxTurns && isEmptyAnswer(event)

export const nudge = ({ messages, attempts }: ToolLoopContext, event: ToolLoopEvent): Partial<ToolLoopContext> => ({
  isNudged: true,
  attempts: attempts + (event.attempts ?? 1),
  messages: [...messages, { role: 'user', content: NUDGE }],
})

export const keepAnswer = (_: ToolLoopContext, event: ToolLoopEvent): Partial<ToolLoopContext> => {
  const { text, answer } = readTurn(event)
  return { output: answer ?? { text } }
}

export const keepEmpty = ({ isNudged }: ToolLoopContext): Partial<ToolLoopContext> => {
  const message = `the model answered with nothing${isNudged ? ', though it was asked for an answer once more' : ''}`
  return toFailed({ code: 'invalid_output', message, retryable: true })
}

export const keepFault = (_: ToolLoopContext, { error, actorId = '' }: ToolLoopEvent): Partial<ToolLoopContext> => {
  const fault = error ?? { code: 'defect', message: 'a fault without a cause', retryable: false }
  return toFailed(fault, actorId)
}

const toFailed = (fault: FaultData, step = ''): Partial<ToolLoopContext> => ({ fault: { fault, step, handler: '' } })

/** The fault that ends the loop after this turn, as a change of the context; undefined when the loop goes on. */
export const findExhaustion = (
  context: ToolLoopContext,
  event: ToolLoopEvent,
): Partial<ToolLoopContext> | undefined => {
  const { turn, maxTurns } = context
  const { calls } = readTurn(event)
  if (turn >= maxTurns)
    return exhausted(`the model has not answered within its max_turns of ${maxTurns}`, { turns: turn })
  const problem = calls.map((call) => findProblem(call, context)).find((found) => found !== undefined)
  if (problem !== undefined && context.wrong >= WRONG_TURNS_ALLOWED) return tooManyWrong(context, problem)
  const repeated = findRepeated(calls, context)
  if (repeated === undefined) return undefined
  const message = `the model asked for the same call of '${repeated}' more than ${SAME_CALLS_ALLOWED} times`
  return exhausted(message, { tool: repeated, turns: turn })
}

/** Name of a tool that was called too often with the same arguments, this turn included. */
const findRepeated = (calls: readonly JsonObject[], { made }: ToolLoopContext): string | undefined => {
  const counts = new Map<string, number>()
  for (const call of calls) {
    const key = identify(call)
    const count = (counts.get(key) ?? ownValue(made, key) ?? 0) + 1
    if (count > SAME_CALLS_ALLOWED) return String(call.name)
    counts.set(key, count)
  }
  return undefined
}

/** True when this turn is one turn with wrong calls too many. */
export const hasTooManyWrong = ({ isWrong, wrong }: ToolLoopContext): boolean => isWrong && wrong >= WRONG_TURNS_ALLOWED

export const keepTooManyWrong = (context: ToolLoopContext): Partial<ToolLoopContext> => {
  const last = context.calls.findLast(({ result }) => result?.startsWith(WRONG_ARGUMENTS))
  return tooManyWrong(context, last?.result?.slice(WRONG_ARGUMENTS.length) ?? '')
}

const tooManyWrong = ({ turn }: ToolLoopContext, last: string): Partial<ToolLoopContext> =>
  exhausted(`the model called tools wrongly more than ${WRONG_TURNS_ALLOWED} times, at last: ${last}`, { turns: turn })

const exhausted = (message: string, details: JsonObject): Partial<ToolLoopContext> =>
  toFailed({ code: 'turns_exhausted', message, retryable: false, details })

const identify = ({ name, arguments: given }: JsonObject): string => {
  const parsed = parseArguments(given)
  return `${String(name)} ${parsed === undefined ? String(given) : toCanonicalJson(parsed)}`
}

const parseArguments = (given: JsonValue | undefined): JsonObject | undefined => {
  if (isJsonObject(given)) return given
  try {
    const value: unknown = JSON.parse(typeof given === 'string' && given.trim() !== '' ? given : '{}')
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Takes the calls of a turn: calls to known tools with readable arguments become effects, the others get a result at once. */
export const takeCalls = (context: ToolLoopContext, event: ToolLoopEvent) => {
  const { text, calls } = readTurn(event)
  const steps = { ...context.steps }
  const made = { ...context.made }
  const ids = new Set<string>()
  let isWrong = false
  const taken = calls.map((call, index): ToolCall => {
    const step = `turn_${context.turn}_call_${index + 1}`
    const name = String(call.name)
    // Results name calls by id, so each id must be unique.
    const given = typeof call.id === 'string' && call.id !== '' && !ids.has(call.id) ? call.id : step
    ids.add(given)
    made[identify(call)] = (ownValue(made, identify(call)) ?? 0) + 1
    const problem = findProblem(call, context)
    if (problem !== undefined) {
      isWrong = true
      return { step, id: given, name, result: `Error: ${problem}`, isError: true }
    }
    const input = parseArguments(call.arguments) ?? {}
    steps[step] = { visits: 1, calls: 0, entered: { kind: 'input', input, plan: `${context.step}/${name}` } }
    return { step, id: given, name, result: undefined }
  })
  const asked = taken.map(({ id, name }, index) => ({
    id,
    name,
    arguments: asText(calls[index]?.arguments),
    // The vendor wants it back with the call.
    ...(calls[index]?.opaque !== undefined && { opaque: calls[index].opaque }),
  }))
  const messages = [...context.messages, { role: 'assistant', content: text, tool_calls: asked }]
  return { steps, made, isWrong, messages, calls: taken, attempts: context.attempts + (event.attempts ?? 1) }
}

/** The problem for which a call cannot be made at all. */
const findProblem = (call: JsonObject, { tools }: ToolLoopContext): string | undefined => {
  const name = String(call.name)
  if (!tools.includes(name)) return describeUnknown(name, tools)
  return parseArguments(call.arguments) === undefined
    ? `the arguments of '${name}' are not a JSON object. Call the tool again with correct arguments.`
    : undefined
}

const describeUnknown = (name: string, tools: readonly string[]): string => {
  const nearest = findNearest(name, tools)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return `there is no tool '${name}': expected one of ${tools.join(', ')}${hint}`
}

const asText = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? {})

/** Keeps the result of a call. A fault is a result too, so that the model can do something else. */
export const answerCall = (context: ToolLoopContext, event: ToolLoopEvent): Partial<ToolLoopContext> => {
  const { actorId, error, output = null } = event
  const result = error === undefined ? asText(output) : `Error: ${error.code}: ${error.message}`
  return {
    calls: context.calls.map((call) =>
      call.step === actorId ? { ...call, result: cut(result), ...(error !== undefined && { isError: true }) } : call,
    ),
    isWrong: context.isWrong || error?.code === 'invalid_input',
  }
}

const cut = (text: string): string =>
  text.length <= LONGEST_RESULT
    ? text
    : `${text.slice(0, LONGEST_RESULT)}\n[cut: ${text.length - LONGEST_RESULT} characters more]`

/** True for a fault that the model cannot help with: it is unknown whether the call took effect. */
export const isFatal = ({ error }: ToolLoopEvent): boolean => error?.code === 'outcome_unknown'
