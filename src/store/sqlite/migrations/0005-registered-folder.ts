import { Migration } from '@mikro-orm/migrations'

/** What paths in a registered workflow are relative to: the same definition may have been saved from another folder before. */
export class RegisteredFolderMigration extends Migration {
  override name = '0005-registered-folder'

  override up(): void {
    this.addSql('alter table workflow_version add column folder text null')
    this.addSql('pragma user_version = 5')
  }
}
