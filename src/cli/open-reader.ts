/** Opens the reader of runs that commands list and show. */
import type { Context } from './context.ts'
import type { Listing } from './open-runs.ts'
import { findServer } from './remote/server-client.ts'
import type { RunReader } from './run-reader.ts'

/**
 * Calls `act` with the server that is named, or else the database of the project; not if there is no database yet and the command
 * only lists. @throws CliError
 */
export const withReader = async (
  context: Context,
  listing: Listing | undefined,
  act: (reader: RunReader) => Promise<void>,
): Promise<void> => {
  const client = findServer(context)
  if (client !== undefined) return act((await import('./remote/remote-reader.ts')).createRemoteReader(client))
  return (await import('./local-reader.ts')).withLocalReader(context, listing, act)
}
