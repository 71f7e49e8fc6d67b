using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Points : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries");

            migrationBuilder.CreateTable(
                name: "points_card_moves",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<short>(type: "smallint", nullable: false),
                    change = table.Column<int>(type: "integer", nullable: false),
                    cards_after = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_card_moves", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_grants",
                columns: table => new
                {
                    @event = table.Column<int>(name: "event", type: "integer", nullable: false),
                    reference = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    amount_cents = table.Column<long>(type: "bigint", nullable: false),
                    taken_points = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_grants", x => new { x.@event, x.reference });
                });

            migrationBuilder.CreateTable(
                name: "points_rules",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    @event = table.Column<int>(name: "event", type: "integer", nullable: false),
                    threshold_cents = table.Column<long>(type: "bigint", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_sign_in_terms",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_sign_in_terms", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_sign_ins",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    streak = table.Column<int>(type: "integer", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    made_up = table.Column<bool>(type: "boolean", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_sign_ins", x => new { x.user_id, x.day });
                });

            migrationBuilder.CreateTable(
                name: "points_vouchers",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    batch_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<string>(type: "text", nullable: false),
                    points = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    used_at = table.Column<long>(type: "bigint", nullable: false),
                    voided_at = table.Column<long>(type: "bigint", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_vouchers", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries",
                columns: new[] { "user_id", "account", "sequence" },
                filter: "sequence IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_user_id_sequence",
                table: "wallets_entries",
                columns: new[] { "user_id", "sequence" },
                unique: true,
                filter: "sequence IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_points_card_moves_user_id_id",
                table: "points_card_moves",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_points_card_moves_user_id_request_id",
                table: "points_card_moves",
                columns: new[] { "user_id", "request_id" },
                unique: true,
                filter: "request_id <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_points_grants_user_id",
                table: "points_grants",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "IX_points_rules_event_threshold_cents",
                table: "points_rules",
                columns: new[] { "event", "threshold_cents" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_points_sign_ins_day_user_id",
                table: "points_sign_ins",
                columns: new[] { "day", "user_id" });

            migrationBuilder.CreateIndex(
                name: "IX_points_sign_ins_user_id_made_up_request_id",
                table: "points_sign_ins",
                columns: new[] { "user_id", "made_up", "request_id" },
                unique: true,
                filter: "request_id <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_points_vouchers_batch_id_id",
                table: "points_vouchers",
                columns: new[] { "batch_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_points_vouchers_number",
                table: "points_vouchers",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_points_vouchers_user_id",
                table: "points_vouchers",
                column: "user_id",
                filter: "user_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_points_vouchers_user_id_request_id",
                table: "points_vouchers",
                columns: new[] { "user_id", "request_id" },
                unique: true,
                filter: "request_id <> ''");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "points_card_moves");

            migrationBuilder.DropTable(
                name: "points_grants");

            migrationBuilder.DropTable(
                name: "points_rules");

            migrationBuilder.DropTable(
                name: "points_sign_in_terms");

            migrationBuilder.DropTable(
                name: "points_sign_ins");

            migrationBuilder.DropTable(
                name: "points_vouchers");

            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries");

            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_sequence",
                table: "wallets_entries");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries",
                columns: new[] { "user_id", "account", "sequence" },
                unique: true,
                filter: "sequence IS NOT NULL");
        }
    }
}
