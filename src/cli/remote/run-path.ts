/** Finds runs of a server as commands name them. */
import { RunList } from '../../web/api/schemas.ts'
import { CliError } from '../cli-error.ts'
import type { ServerClient } from './server-client.ts'

/** Path of a run that the server finds by its id, or as the newest for `last`. @throws CliError without runs */
export const findRunPath = async (client: ServerClient, run: string): Promise<string> =>
  toRunPath(await findRunId(client, run))

/** The name as it is given, which the server resolves; for `last` the newest run. @throws CliError without runs */
export const findRunId = async (client: ServerClient, run: string): Promise<string> =>
  run === 'last' ? findLast(client) : run

export const toRunPath = (id: string): string => `/api/v1/runs/${encodeURIComponent(id)}`

const findLast = async (client: ServerClient): Promise<string> => {
  const { runs } = await client.get('/api/v1/runs?limit=1', RunList)
  const [newest] = runs
  if (newest !== undefined) return newest.run
  throw new CliError(`there are no runs on ${client.origin}`, { hint: 'submit one: troupe submit WORKFLOW' })
}
