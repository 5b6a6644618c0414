/** Shared parts of the processes with long runs: they report to their parent how many have begun, and take runs from it. */

/** `silent`: in flight until its process ends; `waiting`: waits for an event that is never sent; `short`: ends at once. */
export type RunKind = 'silent' | 'waiting' | 'short'

export interface Submission {
  submit: RunKind
  count: number
}

let begun = 0

/** A step of a run has begun. */
export const tellBegun = (): void => {
  begun += 1
  process.send?.({ begun })
}

export const hearSubmissions = (submit: (kind: RunKind) => Promise<void>): void => {
  process.on('message', ({ submit: kind, count = 0 }: Partial<Submission>) => {
    if (kind !== undefined)
      Promise.all(Array.from({ length: count }, () => submit(kind))).catch((cause) => {
        throw cause
      })
  })
}
