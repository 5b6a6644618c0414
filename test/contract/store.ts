/** What every store keeps to, whatever it is made of. */
import { suite, type Test } from 'uvu'
import type { Store } from '../../src/store/store.ts'
import { addStoreAnswerDurabilityTests, addStoreAnswerTests } from './store-answers.ts'
import { addStoreApprovalTests } from './store-approvals.ts'
import { addStoreEventTests } from './store-events.ts'
import { addStoreFlowTests } from './store-flow.ts'
import { addStoreDurabilityTests, addStoreJournalTests } from './store-journal.ts'
import { addStoreLeaseTests } from './store-lease.ts'
import { addStoreMaintenanceTests } from './store-maintenance.ts'
import { addStorePhaseTests } from './store-phases.ts'
import { addStoreQueryTests } from './store-queries.ts'
import { addStoreScheduleTests } from './store-schedules.ts'
import { addStoreSubmissionDurabilityTests, addStoreSubmissionTests } from './store-submission.ts'
import { addStoreUsageTests } from './store-usage.ts'
import { addStoreWorkflowTests } from './store-workflows.ts'

/** A store to test, empty and open, with the means to move its clock. */
export interface StoreSubject {
  store: Store
  /** Makes all leases run out now, as if their holders had been silent for long. */
  expireLeases(): Promise<void>
  /** Closes the store, and opens another on the same content. */
  reopen(): Promise<Store>
  /** Closes the store and removes what it left. */
  dispose(): Promise<void>
}

export type OpenSubject = () => Promise<StoreSubject>

/** Adds a test that gets a fresh store. */
export type AddStoreTest = (title: string, body: (subject: StoreSubject) => Promise<void>) => void

/** @param options.forgets Why the store does not outlive its process; undefined when it does. */
export const storeContract = (name: string, open: OpenSubject, options: { forgets?: string } = {}): void => {
  const test = suite(`store contract: ${name}`)
  const add = createAdder(test, open)
  if (options.forgets === undefined) {
    addStoreDurabilityTests(add)
    addStoreAnswerDurabilityTests(add)
    addStoreSubmissionDurabilityTests(add)
  } else test.skip(`durability: ${options.forgets}`)
  addStoreJournalTests(add)
  addStoreLeaseTests(add)
  addStorePhaseTests(add)
  addStoreSubmissionTests(add)
  addStoreFlowTests(add)
  addStoreApprovalTests(add)
  addStoreEventTests(add)
  addStoreScheduleTests(add)
  addStoreWorkflowTests(add)
  addStoreMaintenanceTests(add)
  addStoreQueryTests(add)
  addStoreUsageTests(add)
  addStoreAnswerTests(add)
  test.run()
}

const createAdder =
  (test: Test, open: OpenSubject): AddStoreTest =>
  (title, body) => {
    test(title, async () => {
      const subject = await open()
      try {
        await body(subject)
      } finally {
        await subject.dispose()
      }
    })
  }
