import type { ToolEntry } from '../catalogue.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { secretName } from '../expression/secret-places.ts'
import type { ExpressionText, ValueNode } from '../value-node.ts'

/** Reports a secret in the input of a tool that computes on text: redaction could not find it in the output. */
export const checkComputedSecrets = (
  input: ValueNode,
  { name, computes = false }: ToolEntry,
  diagnostics: Diagnostics,
): void => {
  const secret = computes ? findSecret(input) : undefined
  if (secret === undefined) return
  diagnostics.error(
    'secret_misused',
    secret.range,
    `'${secret.text}' is given to ${name}, which makes other text of it: expected no secret in its input`,
    `leave it out here, and write it in the call that sends it: headers: { authorization: "Bearer \${${secret.text}}" }`,
  )
}

const findSecret = (node: ValueNode): ExpressionText | undefined => {
  switch (node.kind) {
    case 'expression':
      return secretName(node.expression) === undefined ? undefined : node.expression
    case 'template':
      return node.parts.filter((part) => typeof part !== 'string').find((part) => secretName(part) !== undefined)
    case 'list':
      return findFirst(node.items)
    case 'map':
      return findFirst(node.entries.map(({ value }) => value))
    default:
      return undefined
  }
}

const findFirst = (nodes: readonly ValueNode[]): ExpressionText | undefined => {
  for (const node of nodes) {
    const found = findSecret(node)
    if (found !== undefined) return found
  }
  return undefined
}
