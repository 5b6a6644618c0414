/**
 * A world for runs without an outside: every effect waits until the test delivers its outcome, which depends on nothing but
 * the seed, the step's path and visit, and how many of its attempts have failed before. So two runs of one workflow meet
 * the same world, however often their processes die. Effects are delivered in an order of their own, whichever came first.
 */
import { Cancelled } from '../../src/core/cancelled.ts'
import { Fault } from '../../src/core/fault.ts'
import { hashJson } from '../../src/core/hash.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { Placement } from '../../src/runtime/effects/placement.ts'
import type { OpenEffect } from '../../src/runtime/effects/run-effect.ts'

export type Decision =
  | { output: JsonValue }
  | { fault: { code: string; retryable: boolean; details?: JsonObject } }
  | 'never'

/** One effect that waits: `id` is `path#visit`. */
export interface Performance {
  id: string
  attempt: number
  isAborted: boolean
  settle(decision: Exclude<Decision, 'never'>): void
}

export interface WorldOptions {
  decide(id: string, failures: number): Decision
  /** An actor returns when it is cancelled. Default true; else it returns late. */
  obeys?: boolean
  /** Called before an effect starts. */
  onPerform?(id: string, runId: string): void
}

export class ScriptedWorld {
  /** Placement of this process. */
  readonly placement: Placement
  readonly performances = new Set<Performance>()
  /** How often each was started. */
  readonly starts = new Map<string, number>()
  readonly failures = new Map<string, number>()
  readonly #options: WorldOptions
  #announced: string | undefined

  constructor(options: WorldOptions) {
    this.#options = options
    this.placement = this.createPlacement()
  }

  /** Creates the placement of one more process. */
  createPlacement(isDead: () => boolean = () => false): Placement {
    const { obeys = true, onPerform } = this.#options
    return {
      perform: (_call, { key, attempt, signal, keyIsExplicit }) =>
        new Promise((resolve, reject) => {
          if (isDead()) return
          const [runId = ''] = keyIsExplicit ? [] : key.split('/', 1)
          const id = keyIsExplicit ? (this.#announced ?? key) : key.slice(runId.length + 1)
          onPerform?.(id, runId)
          this.starts.set(id, (this.starts.get(id) ?? 0) + 1)
          const performance: Performance = {
            id,
            attempt,
            isAborted: false,
            settle: (decision) => {
              this.performances.delete(performance)
              if (isDead()) return
              if ('output' in decision) resolve(decision.output)
              else {
                const { code, ...rest } = decision.fault
                reject(new Fault(code, 'as decided', rest))
              }
            },
          }
          this.performances.add(performance)
          signal.addEventListener('abort', () => {
            performance.isAborted = true
            if (!obeys) return
            this.performances.delete(performance)
            reject(new Cancelled())
          })
        }),
    }
  }

  /** Which effect is about to start: one whose workflow gives it a key can't be told by that. */
  announce({ path, visit }: Pick<OpenEffect, 'path' | 'visit'>): void {
    this.#announced = `${path}#${visit}`
  }

  /** Gives the first effect in this world's order its outcome; false when all that wait will wait for ever. */
  deliverNext(): boolean {
    const next = [...this.performances]
      .filter(({ isAborted }) => !isAborted)
      .map((performance) => ({ performance, decision: this.#decide(performance) }))
      .filter(
        (one): one is { performance: Performance; decision: Exclude<Decision, 'never'> } => one.decision !== 'never',
      )
      .sort((a, b) => (orderOf(a.performance.id) < orderOf(b.performance.id) ? -1 : 1))[0]
    if (next === undefined) return false
    const { performance, decision } = next
    if ('fault' in decision) this.failures.set(performance.id, (this.failures.get(performance.id) ?? 0) + 1)
    performance.settle(decision)
    return true
  }

  /** The process is gone, and its calls with it. */
  dropAll(): void {
    this.performances.clear()
  }

  #decide({ id }: Performance): Decision {
    return this.#options.decide(id, this.failures.get(id) ?? 0)
  }
}

/** A number in [0, 1) that the texts name. */
export const drawFrom = (...parts: (string | number)[]): number =>
  Number.parseInt(hashJson(parts).slice(0, 8), 16) / 2 ** 32

const orderOf = (id: string): string => hashJson(id)

const CODES = ['refused', 'not_found', 'timeout'] as const

/** Two thirds answer, the rest fails; with `withRetries` some of the faults may be retried, and some never come back. */
export const decideBySeed =
  (seed: number, { withRetries = false } = {}) =>
  (id: string, failures: number): Decision => {
    const draw = drawFrom(seed, id, failures)
    if (draw < 0.66) return { output: { text: draw < 0.4 ? 'yes' : 'no' } }
    if (withRetries && draw > 0.95) return 'never'
    if (withRetries && draw > 0.8) return { fault: { code: 'unavailable', retryable: true } }
    return { fault: { code: CODES[Math.floor(draw * 1000) % CODES.length] ?? 'refused', retryable: false } }
  }
