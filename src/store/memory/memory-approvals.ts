/** Open approvals of the runs in memory, each with its token. */
import type { ApprovalFilter, ApprovalRecord, ApprovalToken, OpenApproval } from '../approval-record.ts'

interface HeldApproval {
  open: OpenApproval
  tokenHash: string | null
}

interface Place {
  path: string
  visit: number
}

export class MemoryApprovals {
  /** By run, path and visit. */
  readonly #held = new Map<string, HeldApproval>()

  open(run: { id: string; workflow: string }, record: ApprovalRecord): void {
    const name = toName(run.id, record)
    const before = this.#held.get(name)
    const tokenHash = before?.open.requestHash === record.requestHash ? before.tokenHash : null
    this.#held.set(name, { open: { ...record, runId: run.id, workflow: run.workflow }, tokenHash })
  }

  close(runId: string, place: Place): void {
    this.#held.delete(toName(runId, place))
  }

  closeAll(runId: string): void {
    for (const [name, { open }] of this.#held) if (open.runId === runId) this.#held.delete(name)
  }

  list({ run, workflow, limit }: ApprovalFilter): OpenApproval[] {
    return [...this.#held.values()]
      .map(({ open }) => open)
      .filter((open) => (run ?? open.runId) === open.runId && (workflow ?? open.workflow) === open.workflow)
      .sort((one, other) => one.requestedAt - other.requestedAt)
      .slice(0, limit)
  }

  grant(runId: string, { tokenHash, requestHash, ...place }: ApprovalToken): boolean {
    const held = this.#held.get(toName(runId, place))
    if (held?.open.requestHash !== requestHash) return false
    held.tokenHash = tokenHash
    return true
  }

  findByToken(tokenHash: string): OpenApproval | undefined {
    return [...this.#held.values()].find((held) => held.tokenHash === tokenHash)?.open
  }
}

const toName = (runId: string, { path, visit }: Place): string => `${runId} ${visit} ${path}`
