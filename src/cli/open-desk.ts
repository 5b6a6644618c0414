/** Opens the approvals that commands list and decide. */
import type { ApprovalDesk } from './approval-desk.ts'
import type { Context } from './context.ts'
import type { Listing } from './open-runs.ts'
import { findServer } from './remote/server-client.ts'

/** Calls `act` with the server that is named, or else the database of the project; as `withReader` does. @throws CliError */
export const withDesk = async (
  context: Context,
  listing: Listing | undefined,
  act: (desk: ApprovalDesk) => Promise<void>,
): Promise<void> => {
  const client = findServer(context)
  if (client === undefined) return (await import('./local-desk.ts')).withLocalDesk(context, listing, act)
  const { createRemoteDesk } = await import('./remote/remote-desk.ts')
  return act(createRemoteDesk(client))
}
