using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LedgerAndCoupons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "freight_only",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "is_percent",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "ref_id",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "shop_id",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "targets",
                table: "coupons_terms",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "usable_after_days",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "usable_days",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "usable_from",
                table: "coupons_terms",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "drawn_cents",
                table: "coupons_pieces",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<short>(
                name: "origin",
                table: "coupons_pieces",
                type: "INTEGER",
                nullable: false,
                defaultValue: (short)1);

            migrationBuilder.AddColumn<long>(
                name: "claimable_from",
                table: "coupons_coupons",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "password",
                table: "coupons_coupons",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "ref_id",
                table: "coupons_coupons",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "coupons_cards",
                columns: table => new
                {
                    number = table.Column<string>(type: "TEXT", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    imported_at = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    piece_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_cards", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "coupons_marks",
                columns: table => new
                {
                    piece_id = table.Column<long>(type: "INTEGER", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    mark = table.Column<short>(type: "INTEGER", nullable: false),
                    subject_id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_marks", x => x.piece_id);
                });

            migrationBuilder.CreateTable(
                name: "wallets_checkpoints",
                columns: table => new
                {
                    account = table.Column<short>(type: "INTEGER", nullable: false),
                    before_id = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wallets_checkpoints", x => new { x.account, x.before_id });
                });

            migrationBuilder.CreateTable(
                name: "wallets_entries",
                columns: table => new
                {
                    transaction_id = table.Column<long>(type: "INTEGER", nullable: false),
                    line = table.Column<int>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    account = table.Column<short>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    balance_after = table.Column<long>(type: "INTEGER", nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wallets_entries", x => new { x.transaction_id, x.line });
                });

            migrationBuilder.CreateTable(
                name: "wallets_transactions",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<short>(type: "INTEGER", nullable: false),
                    reference = table.Column<string>(type: "TEXT", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wallets_transactions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "wallets_wallets",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    balance = table.Column<long>(type: "INTEGER", nullable: false),
                    frozen = table.Column<long>(type: "INTEGER", nullable: false),
                    commission = table.Column<long>(type: "INTEGER", nullable: false),
                    balance_debt = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    points_debt = table.Column<long>(type: "INTEGER", nullable: false),
                    entries = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wallets_wallets", x => x.user_id);
                    table.CheckConstraint("ck_wallets_bounds", "balance >= 0 AND frozen >= 0 AND commission >= 0 AND balance_debt <= 0 AND points >= 0 AND points_debt <= 0");
                });

            migrationBuilder.CreateIndex(
                name: "IX_coupons_pieces_coupon_id_id",
                table: "coupons_pieces",
                columns: new[] { "coupon_id", "id" },
                filter: "claimed_at >= 0");

            migrationBuilder.CreateIndex(
                name: "IX_coupons_coupons_password",
                table: "coupons_coupons",
                column: "password",
                filter: "password <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_coupons_marks_coupon_id_mark",
                table: "coupons_marks",
                columns: new[] { "coupon_id", "mark" });

            migrationBuilder.CreateIndex(
                name: "IX_coupons_marks_subject_id",
                table: "coupons_marks",
                column: "subject_id");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_account_transaction_id",
                table: "wallets_entries",
                columns: new[] { "account", "transaction_id" },
                filter: "sequence IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries",
                columns: new[] { "user_id", "account", "sequence" },
                unique: true,
                filter: "sequence IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_transactions_kind_reference",
                table: "wallets_transactions",
                columns: new[] { "kind", "reference" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "coupons_cards");

            migrationBuilder.DropTable(
                name: "coupons_marks");

            migrationBuilder.DropTable(
                name: "wallets_checkpoints");

            migrationBuilder.DropTable(
                name: "wallets_entries");

            migrationBuilder.DropTable(
                name: "wallets_transactions");

            migrationBuilder.DropTable(
                name: "wallets_wallets");

            migrationBuilder.DropIndex(
                name: "IX_coupons_pieces_coupon_id_id",
                table: "coupons_pieces");

            migrationBuilder.DropIndex(
                name: "IX_coupons_coupons_password",
                table: "coupons_coupons");

            migrationBuilder.DropColumn(
                name: "freight_only",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "is_percent",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "ref_id",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "shop_id",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "targets",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "usable_after_days",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "usable_days",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "usable_from",
                table: "coupons_terms");

            migrationBuilder.DropColumn(
                name: "drawn_cents",
                table: "coupons_pieces");

            migrationBuilder.DropColumn(
                name: "origin",
                table: "coupons_pieces");

            migrationBuilder.DropColumn(
                name: "claimable_from",
                table: "coupons_coupons");

            migrationBuilder.DropColumn(
                name: "password",
                table: "coupons_coupons");

            migrationBuilder.DropColumn(
                name: "ref_id",
                table: "coupons_coupons");
        }
    }
}
