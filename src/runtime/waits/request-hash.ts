import { hashJson } from '../../core/hash.ts'
import type { OpenWait } from '../effects/run-effect.ts'

/** Hash of the request that a person sees. A decision about another request does not count. */
export const toRequestHash = ({ title, show, form, tool }: Extract<OpenWait, { kind: 'approval' }>): string =>
  hashJson({ title, show, form, tool })
