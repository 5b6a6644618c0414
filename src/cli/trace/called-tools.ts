import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JournalRow } from '../../store/journal-row.ts'

/**
 * Which tools a model called: told at its turn, as calls of unknown tools are never made, and at each call. Rows are to come in the
 * order of the journal.
 */
export class CalledTools {
  /** By the path of a call, as `ask/turn_1_call_2`. */
  readonly #names = new Map<string, string>()

  /** The note of a row, with the tools before it. */
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
