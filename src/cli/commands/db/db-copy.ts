/** `troupe db copy`: moves a database to another place or kind. */
import { existsSync } from 'node:fs'
import { countOf } from '../../../core/count.ts'
import { copyStore } from '../../../service/database/copy-store.ts'
import { type DatabaseAddress, parseDatabaseAddress } from '../../../store/database-address.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { withDatabase } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'

export const copyDatabase = async (
  context: Context,
  { from, to, json = false }: { from: string; to: string; json?: boolean },
): Promise<void> => {
  const source = expectKept(from, context.workingFolder)
  const target = expectKept(to, context.workingFolder)
  if (source.kind === 'sqlite' && !existsSync(source.path))
    throw new CliError(`there is no database at ${from}`, { hint: 'name an existing one first, then the new one' })
  const report = await withDatabase(asKept(source), (old) => withDatabase(asKept(target), (copy) => copyAll(old, copy)))
  if (json) writeJson(context, report)
  else {
    const { runs, going, workflows, schedules, tokens } = report
    context.stdout.write(
      `${report.to}: ${countOf(runs, 'run')}, ${countOf(workflows, 'workflow version')}, ${countOf(schedules, 'schedule')} and ${countOf(tokens, 'token')} copied\n`,
    )
    if (going > 0)
      context.stderr.write(
        `${going} of the runs have not ended: they go on in the copy. Start no server on ${report.from} any more\n`,
      )
  }
}

const copyAll = async (from: Store, to: Store) => ({
  from: from.location,
  to: to.location,
  ...(await copyStore(from, to)),
})

const expectKept = (text: string, folder: string): DatabaseAddress => {
  const address = parseDatabaseAddress(text, folder)
  if (address.kind !== 'memory') return address
  throw new CliError('memory ends with the process: expected a database that stays', {
    hint: 'troupe db copy FROM TO, each a path or postgres://…',
    exitCode: EXIT.environment,
  })
}

const asKept = (database: DatabaseAddress) => ({ database, durability: 'process' }) as const
