import { hashJson } from '../../core/hash.ts'
import type { ApprovalRequest } from '../effects/run-effect.ts'

type ShownRequest = Pick<ApprovalRequest, 'title' | 'show' | 'tool'> & { form: unknown }

/** Hash of the request that a person sees. A decision about another request does not count. */
export const toRequestHash = ({ title, show, form, tool }: ShownRequest): string =>
  hashJson({ title, show, form, tool })
