import { holdsHost } from '../../core/secret-place.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { secretName } from '../expression/secret-places.ts'
import type { ExpressionText, ValueNode } from '../value-node.ts'

/** Reports a secret in the scheme, user or host of the field `url`. The value of another expression there is judged in the run. */
export const checkSecretUrl = (input: ValueNode, diagnostics: Diagnostics): void => {
  const url = input.kind === 'map' ? input.entries.find(({ key }) => key.value === 'url')?.value : undefined
  if (url?.kind !== 'template') return
  const first = url.parts.findIndex((part) => secretName(part) !== undefined)
  const secret = url.parts[first]
  if (typeof secret !== 'object' || mayHoldHost(url.parts.slice(0, first))) return
  diagnostics.error(
    'secret_misused',
    secret.range,
    `'${secret.text}' stands in the scheme, user or host of 'url': expected it in the path or query`,
    `write url: "https://example.org/?token=\${${secret.text}}"`,
  )
}

/** Takes each expression for one letter of the host, or for a whole address at the beginning. */
const mayHoldHost = ([head = '', ...others]: (string | ExpressionText)[]): boolean => {
  const rest = others.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  return typeof head === 'string'
    ? holdsHost(head + rest)
    : holdsHost(rest.startsWith('://') ? `x${rest}` : `http://x${rest}`)
}
