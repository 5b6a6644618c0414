/**
 * Lets a pure function stop between two of the expressions that it evaluates, once they have cost much together. Called again with the same
 * arguments, it evaluates the same expressions in the same order: so results are kept by their number, and it goes on where it stopped.
 *
 * Invariants
 * 1. Work is counted in visits, and not timed. Each call evaluates at least one expression that no call before it has.
 * 2. Results that cost little are not kept: they are evaluated again.
 * 3. Without a pace that has begun, an evaluation costs what it did.
 */

/** Thrown through the function that stops. Passed on by whatever catches faults, as any defect is. */
export const PAUSED = new Error('the work goes on in a later slice')

/** Visits after which a call stops: about 4 ms. */
const WORK_OF_A_CALL = 20_000

/** A result that costs fewer visits, about 20 µs, is not kept. */
const WORK_TO_KEEP = 100

type Kept = { result: unknown; next: number } | { thrown: unknown; next: number }

let current: WorkPace | undefined

/** Evaluates, unless the current pace has kept the result. */
export const evaluateInPace = <Env, T>(evaluate: (env: Env) => T, env: Env): T =>
  current === undefined ? evaluate(env) : current.evaluate(evaluate, env)

/** Counts visits of the evaluation that goes on. */
export const countWork = (visits: number): void => {
  if (current !== undefined) current.work += visits
}

export class WorkPace {
  /** Visits of this call. */
  work = 0
  /** Number of the next evaluation. */
  #next = 0
  /** The evaluations before this one have been made by an earlier call. */
  #reached = 0
  #kept: Map<number, Kept> | undefined

  /** A call begins: its expressions are evaluated in this pace. */
  begin(): void {
    current = this
    this.work = 0
    this.#next = 0
  }

  /** The call has ended. `isPaused`: by PAUSED, so that the next one goes on with it. */
  end(isPaused: boolean): void {
    current = undefined
    this.#reached = isPaused ? this.#next : 0
    if (!isPaused) this.#kept = undefined
  }

  evaluate<Env, T>(evaluate: (env: Env) => T, env: Env): T {
    const at = this.#next++
    const kept = this.#kept?.get(at)
    if (kept !== undefined) {
      this.#next = kept.next
      if ('thrown' in kept) throw kept.thrown
      // The evaluation of this number had this result.
      return kept.result as T
    }
    if (this.work >= WORK_OF_A_CALL) {
      this.#next = at
      throw PAUSED
    }
    const before = this.work
    let result: T
    try {
      result = evaluate(env)
    } catch (thrown) {
      if (thrown !== PAUSED && this.#isKept(at, before)) this.#keep(at, { thrown, next: this.#next })
      throw thrown
    }
    if (this.#isKept(at, before)) this.#keep(at, { result, next: this.#next })
    return result
  }

  #isKept(at: number, before: number): boolean {
    const isDear = this.work - before >= WORK_TO_KEEP
    // What is made again must not stop the call before it comes to what is new.
    if (at < this.#reached) this.work = before
    return isDear
  }

  #keep(at: number, end: Kept): void {
    this.#kept ??= new Map()
    this.#kept.set(at, end)
  }
}
