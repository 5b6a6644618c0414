/**
 * Holds every actor to its contract: it honours its signal at once, releases its resources, throws `Fault` or `Cancelled` and nothing else,
 * never retries, does not change its input, logs no content, and answers by its own schemas.
 */
import { getEventListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Actor, ActorContext } from '../../src/core/actor.ts'
import { isCancelled } from '../../src/core/cancelled.ts'
import { isFault } from '../../src/core/fault.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { createValidator, findSchemaProblem } from '../../src/core/json-schema-validator.ts'
import { createActorContext, type TestContext } from '../support/actor-context.ts'

export interface ActorUnderTest {
  actor: Actor
  /** An input that it performs; as often as it is asked to. */
  good: JsonValue
  /** Wrong inputs, by their problem. */
  bad: Record<string, JsonValue>
  /** An input that is not done until the signal says so, or why there is none. */
  slow:
    | { input: JsonValue /** Resolves once the work is under way. */; begun?: () => Promise<unknown> }
    | { skip: string }
  /** An input that fails outside the actor, and how often the outside was asked; or why there is none. */
  failing: { input: JsonValue; code: string; attempts(): number } | { skip: string }
  /** Count of its resources: connections in use, open files. */
  held?(): number
  close?(): Promise<void>
}

/** The longest an actor may go on after its signal. */
const AT_ONCE_MS = 100

/** Registers and runs the suite. `open` is called once, `close` at the end. */
export const actorContract = (name: string, open: () => Promise<ActorUnderTest> | ActorUnderTest): void => {
  const contract = suite(`actor contract: ${name}`)
  let subject: ActorUnderTest
  contract.before(async () => {
    subject = await open()
  })
  contract.after(async () => {
    await subject.close?.()
  })
  const test = (title: string, body: (subject: ActorUnderTest) => Promise<void>): void =>
    contract(title, () => body(subject))

  test('it has a name, a description and schemas that are schemas', checkDescription)
  test('its output matches its schema, is plain JSON, and the input does not change', checkOutput)
  test('a signal that is aborted before the start performs nothing', checkAbortedBefore)
  test('an abort in flight is Cancelled at once, and releases all resources', checkAbortedUnderWay)
  test('a wrong input is the fault invalid_input', checkBadInputs)
  test('any input ends in an output, a fault or Cancelled', checkJunk)
  test('a failure is reported after one attempt', checkNoRetry)
  test('no listener of the signal is left at the end', checkNoListeners)
  test('its log holds no content', checkLog)
  contract.run()
}

type Outcome = { output: JsonValue } | { error: unknown }

const perform = async ({ actor }: ActorUnderTest, input: JsonValue, context: ActorContext): Promise<Outcome> => {
  try {
    return { output: await actor.perform(input, context) }
  } catch (error) {
    return { error }
  }
}

const checkDescription = async ({ actor }: ActorUnderTest): Promise<void> => {
  assert.match(actor.name, /^[a-z][\w.-]*$/)
  assert.ok(actor.description.length > 0)
  assert.type(actor.writes, 'boolean')
  assert.is(findSchemaProblem(actor.input), undefined)
  assert.is(findSchemaProblem(actor.output), undefined)
}

const checkOutput = async (subject: ActorUnderTest): Promise<void> => {
  const outcome = await perform(subject, deepFreeze(structuredClone(subject.good)), createActorContext())
  if ('error' in outcome) throw outcome.error
  assert.is(createValidator(subject.actor.input)(subject.good), undefined)
  assert.is(createValidator(subject.actor.output)(outcome.output), undefined)
  assert.equal(JSON.parse(JSON.stringify(outcome.output)), outcome.output)
}

const checkAbortedBefore = async (subject: ActorUnderTest): Promise<void> => {
  const context = createActorContext({ signal: AbortSignal.abort() })
  const outcome = await perform(subject, subject.good, context)
  assert.ok('error' in outcome && isCancelled(outcome.error), describe(outcome))
  assert.equal(context.used, [])
}

const checkAbortedUnderWay = async (subject: ActorUnderTest): Promise<void> => {
  const stop = new AbortController()
  if ('skip' in subject.slow) return checkAbortedQuickOne(subject, stop)
  const performing = perform(subject, subject.slow.input, createActorContext({ signal: stop.signal }))
  await (subject.slow.begun?.() ?? pause(20))
  const abortedAt = performance.now()
  stop.abort()
  const outcome = await performing
  const tookMs = performance.now() - abortedAt
  assert.ok('error' in outcome && isCancelled(outcome.error), describe(outcome))
  assert.ok(tookMs < AT_ONCE_MS, `ended ${tookMs} ms after its signal`)
  for (let turn = 0; turn < 100 && (subject.held?.() ?? 0) > 0; turn++) await pause(5)
  assert.is(subject.held?.() ?? 0, 0)
}

/** An actor that is too quick to be aborted in flight ends normally, or as Cancelled. */
const checkAbortedQuickOne = async (subject: ActorUnderTest, stop: AbortController): Promise<void> => {
  const performing = perform(subject, subject.good, createActorContext({ signal: stop.signal }))
  stop.abort()
  const outcome = await performing
  if ('error' in outcome) assert.ok(isCancelled(outcome.error), describe(outcome))
  assert.is(subject.held?.() ?? 0, 0)
}

const checkBadInputs = async (subject: ActorUnderTest): Promise<void> => {
  for (const [what, input] of Object.entries(subject.bad)) {
    const outcome = await perform(subject, input, createActorContext())
    assert.ok('error' in outcome && isFault(outcome.error), `${what}: ${describe(outcome)}`)
    assert.is(outcome.error.code, 'invalid_input', `${what}: ${outcome.error.message}`)
    assert.not(outcome.error.retryable, what)
  }
}

const deepList = (): JsonValue => {
  let value: JsonValue = []
  for (let depth = 0; depth < 5000; depth++) value = [value]
  return value
}

const checkJunk = async (subject: ActorUnderTest): Promise<void> => {
  const junk: JsonValue[] = [
    null,
    true,
    5,
    '',
    'text',
    [],
    {},
    deepList(),
    { deep: deepList() },
    JSON.parse('{"__proto__":1}'),
  ]
  if (typeof subject.good === 'object' && subject.good !== null && !Array.isArray(subject.good)) {
    for (const name of Object.keys(subject.good))
      for (const value of [null, -1, '\0', deepList()]) junk.push({ ...subject.good, [name]: value })
  }
  for (const input of junk) {
    const outcome = await perform(subject, input, createActorContext({ deadline: Date.now() + 500 }))
    if ('output' in outcome) assert.is(createValidator(subject.actor.output)(outcome.output), undefined)
    else assert.ok(isFault(outcome.error) || isCancelled(outcome.error), describe(outcome))
  }
}

const checkNoRetry = async (subject: ActorUnderTest): Promise<void> => {
  const { failing } = subject
  if ('skip' in failing) return
  const before = failing.attempts()
  const outcome = await perform(subject, failing.input, createActorContext())
  assert.ok('error' in outcome && isFault(outcome.error), describe(outcome))
  assert.is(outcome.error.code, failing.code)
  assert.is(failing.attempts() - before, 1)
}

const checkNoListeners = async (subject: ActorUnderTest): Promise<void> => {
  const { signal } = new AbortController()
  const inputs = [subject.good, ...('skip' in subject.failing ? [] : [subject.failing.input])]
  for (const input of inputs) await perform(subject, input, createActorContext({ signal }))
  assert.is(getEventListeners(signal, 'abort').length, 0)
}

const checkLog = async (subject: ActorUnderTest): Promise<void> => {
  const context: TestContext = createActorContext()
  const outcome = await perform(subject, subject.good, context)
  const content = [...collectTexts(subject.good), ...('output' in outcome ? collectTexts(outcome.output) : [])]
  for (const line of context.logged)
    for (const text of content) assert.not(line.includes(text), `logged ${JSON.stringify(text)}`)
}

/** Texts that are long enough to be content and not a word that any log line may hold. */
const collectTexts = (value: JsonValue): string[] => {
  if (typeof value === 'string') return value.length >= 8 ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(collectTexts) : []
}

const deepFreeze = (value: JsonValue): JsonValue => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const item of Object.values(value)) deepFreeze(item)
  }
  return value
}

const describe = (outcome: Outcome): string =>
  'output' in outcome
    ? `expected an error, got ${JSON.stringify(outcome.output)?.slice(0, 200)}`
    : `got ${outcome.error instanceof Error ? (outcome.error.stack ?? outcome.error.message) : String(outcome.error)}`
