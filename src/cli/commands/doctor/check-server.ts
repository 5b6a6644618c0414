/** Checks the server that `--server` or TROUPE_SERVER names, in place of a database here. */
import { Health, RunList } from '../../../web/api/schemas.ts'
import type { ServerClient } from '../../remote/server-client.ts'
import { explainError } from '../../report-error.ts'
import { type DoctorCheck, miss, pass } from './check.ts'

export const checkServer = async (client: ServerClient): Promise<DoctorCheck[]> => {
  const { origin } = client
  try {
    await client.get('/readyz', Health)
    await client.get('/api/v1/runs?limit=1', RunList)
    return [pass('server', `${origin} answers${client.hasToken ? ', and takes the token' : ''}`)]
  } catch (thrown) {
    const { message, hint } = explainError(thrown)
    return [miss('server', message, hint ?? 'is the URL right, and does the server run?')]
  }
}
