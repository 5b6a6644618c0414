/** Stands for the program's own world: a help desk in memory, which refuses the first write as a real one might. */
import { Fault } from 'troupe'

export interface Ticket {
  id: string
  text: string
}

export interface Desk {
  open(customer: string): Ticket[]
  /** The same key twice counts once. @throws Fault `unavailable` at the first call */
  label(id: string, change: { label: string; key: string }): void
  labels: Map<string, string>
}

export const createDesk = (): Desk => {
  const labels = new Map<string, string>()
  const keys = new Set<string>()
  let calls = 0
  return {
    labels,
    open: (customer) => [
      { id: 'T1', text: `The export crashes for ${customer}!` },
      { id: 'T2', text: 'Where is my invoice?' },
      { id: 'T3', text: 'A crash when I print' },
    ],
    label(id, { label, key }) {
      if (++calls === 1) throw new Fault('unavailable', 'the desk is busy', { retryable: true })
      if (keys.has(key)) return
      keys.add(key)
      labels.set(id, label)
    },
  }
}
