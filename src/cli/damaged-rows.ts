import type { DamagedRow } from '../store/maintenance.ts'
import type { Context } from './context.ts'
import { toOneLine } from './printable.ts'

/** Damaged rows that the lists of a command left out. Each is reported once, when the command has ended. */
export class DamagedRows {
  readonly #rows = new Map<string, DamagedRow>()

  add(row: DamagedRow): void {
    this.#rows.set(row.message, row)
  }

  get runs(): (NonNullable<DamagedRow['run']> & { message: string })[] {
    return [...this.#rows.values()].flatMap(({ run, message }) => (run === undefined ? [] : [{ ...run, message }]))
  }

  report({ stderr }: Context): void {
    for (const message of this.#rows.keys()) stderr.write(`${stderr.paint.red('damaged:')} ${toOneLine(message)}\n`)
    if (this.#rows.size > 0)
      stderr.write(
        `  ${stderr.paint.dim('hint: troupe db check lists all damage; restore a backup: troupe db restore FILE')}\n`,
      )
  }
}
