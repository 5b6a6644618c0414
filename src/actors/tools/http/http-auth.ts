/** Credentials of a request. No message holds a part of them. */
import { Fault } from '../../../core/fault.ts'

export type HttpAuth =
  | { bearer: string }
  | { basic: { user: string; password: string } }
  | { api_key: { in: 'header' | 'query'; name: string; value: string } }

/** A header or a parameter of the query. `field` is the part of `auth` that it comes from. */
export interface Credential {
  in: 'header' | 'query'
  name: string
  value: string
  field: string
}

/** @throws Fault `invalid_input` for a user name with a colon, which ends the name: https://www.rfc-editor.org/rfc/rfc7617#section-2 */
export const toCredential = (auth: HttpAuth): Credential => {
  if ('api_key' in auth) return { ...auth.api_key, field: 'api_key' }
  const authorization = { in: 'header', name: 'Authorization' } as const
  if ('bearer' in auth) return { ...authorization, value: `Bearer ${auth.bearer}`, field: 'bearer' }
  const { user, password } = auth.basic
  if (user.includes(':')) throw new Fault('invalid_input', "'auth.basic.user' can't be sent: it has a colon")
  return { ...authorization, value: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, field: 'basic' }
}
