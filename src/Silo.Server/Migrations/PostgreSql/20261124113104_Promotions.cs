using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Promotions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries");

            migrationBuilder.AddColumn<bool>(
                name: "hidden",
                table: "catalog_reviews",
                type: "boolean",
                nullable: false,
                defaultValue: false);

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
                name: "groupbuys_campaigns",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    is_over = table.Column<bool>(type: "boolean", nullable: false),
                    open_until = table.Column<long>(type: "bigint", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_campaigns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_groups",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    opener_id = table.Column<long>(type: "bigint", nullable: false),
                    reusable = table.Column<bool>(type: "boolean", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    ends_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_groups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_openings",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false),
                    group_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_openings", x => new { x.user_id, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_seats",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    group_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    reserved_at = table.Column<long>(type: "bigint", nullable: false),
                    reserved_until = table.Column<long>(type: "bigint", nullable: false),
                    taken_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_seats", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_users",
                columns: table => new
                {
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    counted_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_users", x => new { x.campaign_id, x.user_id });
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

            migrationBuilder.CreateTable(
                name: "silo_changes",
                columns: table => new
                {
                    transaction_id = table.Column<long>(type: "bigint", nullable: false),
                    topic = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_changes", x => new { x.transaction_id, x.topic, x.key });
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

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_campaigns_goods_id_id",
                table: "groupbuys_campaigns",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_campaign_id_status_published",
                table: "groupbuys_groups",
                columns: new[] { "campaign_id", "status", "published" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_goods_id_status_id",
                table: "groupbuys_groups",
                columns: new[] { "goods_id", "status", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_opener_id_goods_id",
                table: "groupbuys_groups",
                columns: new[] { "opener_id", "goods_id" },
                unique: true,
                filter: "reusable");

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_seats_group_id_user_id_request_id",
                table: "groupbuys_seats",
                columns: new[] { "group_id", "user_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_seats_user_id_campaign_id_order_id",
                table: "groupbuys_seats",
                columns: new[] { "user_id", "campaign_id", "order_id" });

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

            migrationBuilder.DropTable(
                name: "coupons_allotments");

            migrationBuilder.DropTable(
                name: "groupbuys_campaigns");

            migrationBuilder.DropTable(
                name: "groupbuys_groups");

            migrationBuilder.DropTable(
                name: "groupbuys_openings");

            migrationBuilder.DropTable(
                name: "groupbuys_seats");

            migrationBuilder.DropTable(
                name: "groupbuys_users");

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

            migrationBuilder.DropTable(
                name: "silo_changes");

            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries");

            migrationBuilder.DropIndex(
                name: "IX_wallets_entries_user_id_sequence",
                table: "wallets_entries");

            migrationBuilder.DropColumn(
                name: "hidden",
                table: "catalog_reviews");

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_user_id_account_sequence",
                table: "wallets_entries",
                columns: new[] { "user_id", "account", "sequence" },
                unique: true,
                filter: "sequence IS NOT NULL");
        }
    }
}
