using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Lotteries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "coupons_allotments",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    coupon_id = table.Column<long>(type: "bigint", nullable: false),
                    quantity = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_allotments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_deliveries",
                columns: table => new
                {
                    draw_id = table.Column<long>(type: "bigint", nullable: false),
                    lottery_id = table.Column<long>(type: "bigint", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    carrier = table.Column<string>(type: "text", nullable: false),
                    tracking_number = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_deliveries", x => x.draw_id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_draws",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    lottery_id = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    prize_id = table.Column<long>(type: "bigint", nullable: false),
                    piece_id = table.Column<long>(type: "bigint", nullable: false),
                    is_goods = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_draws", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_lotteries",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    search_title = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_lotteries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_rules",
                columns: table => new
                {
                    lottery_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    first_position = table.Column<long>(type: "bigint", nullable: false),
                    is_deck = table.Column<bool>(type: "boolean", nullable: false),
                    prizes = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_rules", x => new { x.lottery_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "lotteries_settled",
                columns: table => new
                {
                    allotment_id = table.Column<long>(type: "bigint", nullable: false),
                    lottery_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_settled", x => x.allotment_id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_deliveries_lottery_id",
                table: "lotteries_deliveries",
                column: "lottery_id");

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_draws_lottery_id_position",
                table: "lotteries_draws",
                columns: new[] { "lottery_id", "position" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_draws_lottery_id_prize_id_position",
                table: "lotteries_draws",
                columns: new[] { "lottery_id", "prize_id", "position" });

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_draws_user_id_lottery_id_ordinal",
                table: "lotteries_draws",
                columns: new[] { "user_id", "lottery_id", "ordinal" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "coupons_allotments");

            migrationBuilder.DropTable(
                name: "lotteries_deliveries");

            migrationBuilder.DropTable(
                name: "lotteries_draws");

            migrationBuilder.DropTable(
                name: "lotteries_lotteries");

            migrationBuilder.DropTable(
                name: "lotteries_rules");

            migrationBuilder.DropTable(
                name: "lotteries_settled");
        }
    }
}
