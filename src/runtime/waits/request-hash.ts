import { hashJson } from '../../core/hash.ts'
import type { OpenWait } from '../effects/run-effect.ts'

/** Of what a person is asked: a decision about something else than what they were shown does not count. */
export const toRequestHash = ({ title, show, form, tool }: Extract<OpenWait, { kind: 'approval' }>): string =>
  hashJson({ title, show, form, tool })
