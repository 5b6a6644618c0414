import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JournalRow } from '../../store/journal-row.ts'

/**
 * Names the tools that a model calls, at its turn and at each call; a call of an unknown tool has only its turn. It takes rows in the
 * order of the journal.
 */
export class CalledTools {
  /** Names by the path of the call: `ask/turn_1_call_2`. */
  readonly #names = new Map<string, string>()

  /** Puts the names of the tools before the note of a row. */
  describe(row: JournalRow, note: string): string {
    const { path } = row
    const name = this.#names.get(path)
    if (name !== undefined) return join(name, note)
    const names =
      row.kind === 'outcome' && /(^|\/)turn_\d+$/.test(path) && 'output' in row.data ? readNames(row.data.output) : []
    for (const [index, called] of names.entries()) this.#names.set(`${path}_call_${index + 1}`, called)
    return names.length === 0 ? note : join(`calls ${names.join(', ')}`, note)
  }
}

const join = (tools: string, note: string): string => (note === '' ? tools : `${tools}: ${note}`)

const readNames = (turn: JsonValue | undefined): string[] => {
  const calls = isJsonObject(turn) && Array.isArray(turn.tool_calls) ? turn.tool_calls : []
  return calls.map((call) => (isJsonObject(call) ? String(call.name) : ''))
}
