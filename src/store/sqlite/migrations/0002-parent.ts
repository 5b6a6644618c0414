import { Migration } from '@mikro-orm/migrations'

/** Child runs know their parent. */
export class ParentMigration extends Migration {
  override name = '0002-parent'

  override up(): void {
    this.addSql('alter table run add column parent integer null')
    this.addSql('create index run_parent on run (parent) where parent is not null')
    this.addSql('pragma user_version = 2')
  }
}
