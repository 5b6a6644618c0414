/** The columns by which flows are judged, and their values for the rules of ../rules/flow.ts. */
import type { FlowLimits } from '../rules/flow.ts'
import type { keepsPermit } from '../rules/lease.ts'
import { toPhase } from './codes.ts'
import { toOwner } from './run-record.ts'

export interface FlowLimitColumns {
  concurrency: number | null
  rate_count: number | null
  rate_window_ms: number | null
}

/** A run that is to start, or is queued. */
export interface FlowMemberRow extends FlowLimitColumns {
  key: number
  flow_key: string
  rank: number
}

/** Lower ranks go first, then lower keys. */
export interface QueuedMember {
  needs: string | null
  id: string
  key: number
  rank: number
  is_child: number
}

export interface StoredMember extends FlowMemberRow {
  phase: number
  is_paused: number
  epoch: number
  admitted_at: number | null
  is_cancelled: number
  is_expired: number
}

export interface StoredHolder {
  key: number
  id: string
  holder: string | null
  lease_until: number | null
  phase: number
  is_paused: number
}

export const toFlowMember = ({ phase, is_paused, epoch, admitted_at, is_cancelled, is_expired }: StoredMember) => ({
  phase: toPhase(phase) ?? 'active',
  isPaused: is_paused === 1,
  epoch,
  admittedAt: admitted_at,
  isCancelAsked: is_cancelled === 1,
  isExpired: is_expired === 1,
})

export const toLimits = ({ concurrency, rate_count, rate_window_ms }: FlowLimitColumns): FlowLimits => ({
  ...(concurrency === null ? {} : { concurrency }),
  ...(rate_count === null || rate_window_ms === null ? {} : { rate: { count: rate_count, windowMs: rate_window_ms } }),
})

export const toPermit = ({
  holder,
  lease_until,
  phase,
  is_paused,
}: StoredHolder): Parameters<typeof keepsPermit>[0] => ({
  phase: toPhase(phase) ?? 'active',
  isPaused: is_paused === 1,
  holder: holder === null ? null : { ...toOwner(holder), leaseUntil: lease_until ?? 0 },
})
