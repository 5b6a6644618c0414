/**
 * Unlikely workflows: random nestings of every block, with random conditions, jumps, faults handled and not,
 * retries, timeouts and joins. They compile without errors: reads are guarded, circles perform something, nothing is
 * unreachable.
 *
 * A shape is drawn first, without names; writing it down gives ids in the order of the file, and lets a shape refer to
 * what stands around it. So a shape stays valid when fast-check makes it smaller.
 */

import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { isJsonObject } from '../../src/core/json.ts'

export type Shape =
  | { kind: LeafKind; common: Common }
  | { kind: 'do' | 'switch' | 'parallel' | 'foreach' | 'loop'; common: Common; lists: Shape[][]; variant: number }

const INSIDE = ['set', 'llm', 'tool', 'wait', 'fail'] as const
/** Steps that involve people or other systems: only with `outside`. */
const OUTSIDE = ['approve', 'event', 'emit', 'undoable', 'asked', 'child'] as const
type LeafKind = (typeof INSIDE)[number] | (typeof OUTSIDE)[number]

/** Numbers choose among what is there when the shape is written down. */
interface Common {
  when: number
  onError: number
  retry: boolean
  timeout: boolean
}

export interface RandomWorkflowOptions {
  /** Steps may have timeouts and retries of their own, so that the time of attempts matters. Default true. */
  attempts?: boolean
  /**
   * Steps may also ask people, wait for the events `e0` and `e1`, emit, undo, ask whether calls may be made, and call the workflow
   * `./child.yaml`, all of whose steps have other ids when it is drawn with the prefix `k`. Default false.
   */
  outside?: boolean
  /** Prefix of the ids of steps. Default `s`. */
  prefix?: string
  /** The workflow has a `finally`, whose first step is the tool step `last`. Default false. */
  final?: boolean
}

export const randomWorkflow = ({
  attempts = true,
  outside = false,
  prefix = 's',
  final = false,
}: RandomWorkflowOptions = {}): fc.Arbitrary<string> => {
  const options = { attempts, outside, prefix }
  const steps = fc.array(randomShape(outside), { minLength: 1, maxLength: 4 })
  if (!final) return steps.map((shapes) => writeWorkflow({ shapes }, options))
  const finalSteps = fc.array(randomShape(outside), { maxLength: 2 })
  return fc.tuple(steps, finalSteps).map(([shapes, last]) => writeWorkflow({ shapes, last }, options))
}

const randomCommon = (): fc.Arbitrary<Common> =>
  fc.record({ when: fc.nat(7), onError: fc.nat(11), retry: fc.boolean(), timeout: fc.boolean() })

const randomShape = (outside: boolean): fc.Arbitrary<Shape> =>
  fc.letrec<{ leaf: Shape; block: Shape; shape: Shape; list: Shape[] }>((tie) => ({
    leaf: fc.record({
      kind: fc.constantFrom(...INSIDE, 'llm', 'llm', ...(outside ? OUTSIDE : [])),
      common: randomCommon(),
    }) as fc.Arbitrary<Shape>,
    block: fc.record({
      kind: fc.constantFrom('do', 'switch', 'parallel', 'foreach', 'loop'),
      common: randomCommon(),
      lists: fc.array(tie('list'), { minLength: 2, maxLength: 3 }),
      variant: fc.nat(11),
    }) as fc.Arbitrary<Shape>,
    shape: fc.oneof({ maxDepth: 3, depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('block')),
    list: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
  })).shape

type Written = Record<string, unknown> & { id: string }

interface Scope {
  /** Steps before this one that give out `{ text }`. */
  readable: string[]
  /** Ids of the siblings that follow, of this list and of those around it, within the same foreach body. */
  ahead: string[]
  /** Earlier siblings that are sure to perform something. */
  behind: Written[]
  /** No other scope or branch goes on beside. */
  isAlone: boolean
}

const JOINS = ['all', 'any', 'settled', { at_least: 2 }]

class Writer {
  readonly #attempts: boolean
  readonly #prefix: string
  readonly #outside: boolean
  #count = 0

  constructor({ attempts, prefix, outside }: { attempts: boolean; prefix: string; outside: boolean }) {
    this.#attempts = attempts
    this.#outside = outside
    this.#prefix = prefix
  }

  nextId(): string {
    this.#count++
    return `${this.#prefix}${this.#count}`
  }

  list(shapes: readonly Shape[], around: Scope): Written[] {
    const ids = shapes.map(() => this.nextId())
    const readable = [...around.readable]
    const behind = [...around.behind]
    return shapes.map((shape, index): Written => {
      const id = ids[index] ?? ''
      const scope = { ...around, readable, ahead: [...ids.slice(index + 1), ...around.ahead], behind }
      const written = { id, ...this.step(shape, { ...scope, id }) }
      if (shape.kind === 'set' || shape.kind === 'llm') {
        readable.push(id)
        if (!('when' in written)) behind.push(written)
      }
      return written
    })
  }

  step(shape: Shape, scope: Scope & { id: string }): Record<string, unknown> {
    const condition = toCondition(shape.common.when, scope.readable)
    switch (shape.kind) {
      case 'set':
        return { set: { text: condition === undefined ? "'no'" : toText(shape.common.when, scope.readable) } }
      case 'llm':
        return {
          llm: 'mock/echo',
          prompt: `say \${${toText(shape.common.onError, scope.readable)}}`,
          ...whenOf(condition),
          ...this.policy(shape.common, scope),
        }
      case 'tool':
        return { tool: 'time.now', with: {}, ...whenOf(condition), ...this.policy(shape.common, scope) }
      case 'wait':
        return { wait: { for: `${1 + shape.common.when}s` } }
      case 'fail':
        return { fail: { code: 'given_up', message: 'as drawn' }, when: condition ?? 'run.id == "never"' }
      case 'approve':
        return {
          approve: { title: 'Go on?' },
          timeout: `${20 + shape.common.when}s`,
          ...onErrorOf(shape.common.onError, scope),
        }
      case 'event':
        return {
          wait: { event: `e${shape.common.when % 2}` },
          timeout: `${10 + shape.common.when}s`,
          ...onErrorOf(shape.common.onError, scope),
        }
      case 'emit':
        return { emit: 'told', with: { step: scope.id }, ...whenOf(condition) }
      case 'undoable':
        return { ...toUndoable(scope.id), ...whenOf(condition), ...this.policy(shape.common, scope) }
      case 'asked':
        return { tool: 'asking', with: {}, ...whenOf(condition), ...this.policy(shape.common, scope) }
      case 'child':
        // Two of the same child at once could not be told apart from outside.
        return scope.isAlone
          ? {
              workflow: './child.yaml',
              with: { flag: '${input.flag}' },
              ...whenOf(condition),
              ...onErrorOf(shape.common.onError, scope),
            }
          : { set: { text: "'no'" } }
      default:
        return { ...this.block(shape, scope), ...whenOf(condition), ...this.blockPolicy(shape.common, scope) }
    }
  }

  block(shape: Extract<Shape, { lists: unknown }>, scope: Scope): Record<string, unknown> {
    const { variant } = shape
    const [first = [], second = []] = shape.lists
    switch (shape.kind) {
      case 'do':
        return { do: this.list(first, scope) }
      case 'switch':
        return { switch: this.cases(shape, scope) }
      case 'parallel': {
        const lists = shape.lists.map((list): [string, Written[]] => [
          `b${this.nextId()}`,
          this.list(list, { ...scope, isAlone: false }),
        ])
        return { parallel: Object.fromEntries(lists), join: JOINS[variant % JOINS.length] }
      }
      case 'foreach': {
        const inner = { readable: scope.readable, ahead: [], behind: [], isAlone: false }
        const { length } = second
        return {
          foreach: `[${Array.from({ length: length + (variant % 2) }, (_, index) => index).join(', ')}]`,
          as: `item_${this.nextId()}`,
          concurrency: boundOf(1 + (variant % 3), variant),
          on_item_error: ['stop', 'skip', 'collect'][variant % 3],
          ...(variant > 5 && variant % 3 > 0 ? { max_failures: variant % 2 === 0 ? 0 : '50%' } : {}),
          do: this.list(first, inner),
        }
      }
      case 'loop': {
        // The first step is performed in any case, so that no iteration passes without an event.
        const beat = { id: this.nextId(), set: { text: "iter.first ? 'no' : 'yes'" } }
        const steps = this.list(first, { ...scope, readable: [...scope.readable, beat.id] })
        const until = `iter.count >= ${1 + (variant % 3)}`
        const test = variant % 4 === 3 ? { while: `!(${until})` } : { until }
        return {
          loop: {
            ...test,
            max: boundOf(variant % 5 === 0 ? 1 : 4, variant),
            ...(variant % 2 === 0 ? { on_max: 'continue' } : {}),
          },
          do: [beat, ...steps],
        }
      }
    }
  }

  cases({ lists, variant }: Extract<Shape, { lists: unknown }>, scope: Scope): Record<string, unknown>[] {
    const [first = [], second = []] = lists
    const condition = toCondition(variant, scope.readable) ?? 'input.flag'
    const back = variant % 2 === 1 ? scope.behind.at(-1) : undefined
    if (back !== undefined) limitVisits(back)
    const target = back?.id ?? scope.ahead[variant % Math.max(1, scope.ahead.length)]
    return [
      ...(target === undefined ? [] : [{ when: condition, next: target }]),
      { when: `${condition} || input.flag`, do: this.list(first, scope) },
      ...(variant % 3 === 0 ? [{ else: { do: this.list(second, scope) } }] : []),
      ...(variant % 3 === 1 ? [{ else: 'continue' }] : []),
    ]
  }

  policy({ retry, timeout, onError, when }: Common, scope: Scope): Record<string, unknown> {
    // The jitter is drawn from the run's id, and two runs are compared.
    const attempts = { max: retry ? 2 : 3, backoff: retry ? '1s..2s' : '1s..30s', jitter: false }
    return {
      ...(this.#attempts
        ? { retry: attempts, ...(timeout ? { timeout: boundOf('10s', when) } : {}) }
        : { retry: { max: 1 } }),
      ...onErrorOf(onError, scope),
    }
  }

  blockPolicy({ retry, timeout, onError, when }: Common, scope: Scope): Record<string, unknown> {
    return {
      ...(retry
        ? { retry: { max: 2, backoff: '1s..2s', jitter: false, on: ['refused', 'join_failed', 'loop_exhausted'] } }
        : {}),
      ...(timeout ? { timeout: boundOf('30s', when) } : {}),
      ...onErrorOf(onError, scope),
      ...(this.#outside && when % 2 === 1 ? { compensate: true } : {}),
    }
  }
}

/** `last`: the shapes of `finally`. */
interface Shapes {
  shapes: readonly Shape[]
  last?: readonly Shape[]
}

const writeWorkflow = (
  { shapes, last }: Shapes,
  { outside, ...options }: Omit<Required<RandomWorkflowOptions>, 'final'>,
): string => {
  const writer = new Writer({ ...options, outside })
  const outermost = { readable: [], ahead: [], behind: [], isAlone: true }
  const steps = writer.list(shapes, outermost)
  return stringify({
    workflow: 'random',
    input: { flag: 'boolean' },
    limits: { steps: 300 },
    ...(outside ? { tools: { asking: { tool: 'time.now', approval: 'always' } } } : {}),
    steps,
    ...(last === undefined
      ? {}
      : {
          finally: [
            { id: 'last', tool: 'time.now', with: {}, retry: { max: 1 }, on_error: 'continue' },
            ...writer.list(last, outermost),
          ],
        }),
  })
}

const toUndoable = (id: string): Record<string, unknown> => ({
  tool: 'http.post',
  with: { url: 'http://127.0.0.1/' },
  key: `run.id + '-${id}'`,
  undo: { tool: 'http.delete', with: { url: `http://127.0.0.1/${id}` } },
})

/** A step that is jumped back to, and goes on when it was visited too often, would be a circle that performs nothing. */
const limitVisits = (step: Written): void => {
  step.max_visits = 3
  const { on_error } = step
  if (typeof on_error === 'string' && on_error !== 'fail')
    step.on_error = Object.fromEntries(
      ['refused', 'not_found', 'timeout', 'unavailable'].map((code) => [code, on_error]),
    )
  else if (isJsonObject(on_error)) delete on_error['*']
}

/** A bound as it stands, or as an expression that gives it. */
const boundOf = <T extends string | number>(bound: T, choice: number): T | string =>
  choice % 2 === 0 ? bound : `\${input.flag ? ${JSON.stringify(bound)} : ${JSON.stringify(bound)}}`

const whenOf = (condition: string | undefined): { when?: string } =>
  condition === undefined ? {} : { when: condition }

/** Most steps have none. */
const toCondition = (choice: number, readable: readonly string[]): string | undefined => {
  const id = readable[choice % Math.max(1, readable.length)]
  if (id === undefined || choice % 4 > 1) return undefined
  return choice % 4 === 0 ? `steps.?${id}.?output.?text.orValue('no') == 'yes'` : `steps.${id}.status == 'completed'`
}

const toText = (choice: number, readable: readonly string[]): string => {
  const id = readable[choice % Math.max(1, readable.length)]
  return id === undefined ? "'nothing'" : `steps.?${id}.?output.?text.orValue('no')`
}

const onErrorOf = (choice: number, { ahead }: Scope): { on_error?: unknown } => {
  const target = ahead[choice % Math.max(1, ahead.length)] ?? 'continue'
  if (choice < 4) return {}
  if (choice === 4) return { on_error: 'continue' }
  if (choice === 5) return { on_error: target }
  if (choice === 6) return { on_error: { refused: target } }
  if (choice === 7) return { on_error: { timeout: 'continue', join_failed: target, not_found: 'continue' } }
  if (choice === 8) return { on_error: { refused: 'fail', unavailable: target } }
  if (choice === 9) return { on_error: 'fail' }
  return choice === 10
    ? { on_error: { refused: 'fail', '*': target } }
    : {
        on_error: [
          { when: "error.code == 'refused' || error.details.x == 1", next: target },
          { code: 'timeout', next: 'continue' },
          { else: 'fail' },
        ],
      }
}
