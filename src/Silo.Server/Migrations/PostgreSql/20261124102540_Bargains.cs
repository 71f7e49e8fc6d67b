using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Bargains : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "bargains_bargains",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    initiator_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false),
                    start_cents = table.Column<long>(type: "bigint", nullable: false),
                    floor_cents = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    ends_at = table.Column<long>(type: "bigint", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false),
                    helps = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    cleared_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_bargains", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_campaigns",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    start_cents = table.Column<long>(type: "bigint", nullable: false),
                    floor_cents = table.Column<long>(type: "bigint", nullable: false),
                    cut_min_cents = table.Column<long>(type: "bigint", nullable: false),
                    cut_max_cents = table.Column<long>(type: "bigint", nullable: false),
                    helpers_to_floor = table.Column<int>(type: "integer", nullable: false),
                    starts_at = table.Column<long>(type: "bigint", nullable: false),
                    ends_at = table.Column<long>(type: "bigint", nullable: false),
                    duration_minutes = table.Column<int>(type: "integer", nullable: false),
                    starts_per_user = table.Column<int>(type: "integer", nullable: false),
                    helps_per_user = table.Column<int>(type: "integer", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_campaigns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_helpers",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    helper_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_helpers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_helps",
                columns: table => new
                {
                    bargain_id = table.Column<long>(type: "bigint", nullable: false),
                    helper_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    initiator_id = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<long>(type: "bigint", nullable: false),
                    cut_cents = table.Column<long>(type: "bigint", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false),
                    remark = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_helps", x => new { x.bargain_id, x.helper_id });
                });

            migrationBuilder.CreateTable(
                name: "bargains_orders",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    bargain_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    initiator_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    price_cents = table.Column<long>(type: "bigint", nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    reserved_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_orders", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_stocks",
                columns: table => new
                {
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    total = table.Column<long>(type: "bigint", nullable: false),
                    reserved = table.Column<long>(type: "bigint", nullable: false),
                    sold = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_stocks", x => x.campaign_id);
                    table.CheckConstraint("ck_bargains_stocks", "reserved >= 0 AND sold >= 0 AND reserved + sold <= total");
                });

            migrationBuilder.CreateIndex(
                name: "IX_bargains_bargains_campaign_id_id",
                table: "bargains_bargains",
                columns: new[] { "campaign_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_bargains_bargains_initiator_id_campaign_id_request_id",
                table: "bargains_bargains",
                columns: new[] { "initiator_id", "campaign_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_bargains_campaigns_ends_at",
                table: "bargains_campaigns",
                column: "ends_at");

            migrationBuilder.CreateIndex(
                name: "IX_bargains_campaigns_goods_id_id",
                table: "bargains_campaigns",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_bargains_helpers_campaign_id_helper_id",
                table: "bargains_helpers",
                columns: new[] { "campaign_id", "helper_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_bargains_helps_helper_id_campaign_id_initiator_id_request_id",
                table: "bargains_helps",
                columns: new[] { "helper_id", "campaign_id", "initiator_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_bargains_orders_bargain_id",
                table: "bargains_orders",
                column: "bargain_id",
                unique: true,
                filter: "state < 3");

            migrationBuilder.CreateIndex(
                name: "IX_bargains_orders_initiator_id_campaign_id_request_id",
                table: "bargains_orders",
                columns: new[] { "initiator_id", "campaign_id", "request_id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bargains_bargains");

            migrationBuilder.DropTable(
                name: "bargains_campaigns");

            migrationBuilder.DropTable(
                name: "bargains_helpers");

            migrationBuilder.DropTable(
                name: "bargains_helps");

            migrationBuilder.DropTable(
                name: "bargains_orders");

            migrationBuilder.DropTable(
                name: "bargains_stocks");
        }
    }
}
