using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The tables and queries of Microsoft.Orleans.Persistence.AdoNet, whose package ships no scripts, with one
            // addition: the key is unique. The stock table has a plain index, and two activations without a row could both
            // write a first.
            migrationBuilder.Sql(
                """
                CREATE TABLE OrleansQuery (
                    QueryKey TEXT NOT NULL PRIMARY KEY,
                    QueryText TEXT NOT NULL
                );
                CREATE TABLE OrleansStorage (
                    GrainIdHash INT NOT NULL,
                    GrainIdN0 BIGINT NOT NULL,
                    GrainIdN1 BIGINT NOT NULL,
                    GrainTypeHash INT NOT NULL,
                    GrainTypeString NVARCHAR(512) NOT NULL,
                    GrainIdExtensionString NVARCHAR(512) NULL,
                    ServiceId NVARCHAR(150) NOT NULL,
                    PayloadBinary BLOB NULL,
                    ModifiedOn DATETIME NOT NULL,
                    Version INT NULL
                );
                CREATE INDEX IX_OrleansStorage ON OrleansStorage (GrainIdHash, GrainTypeHash);
                CREATE UNIQUE INDEX UX_OrleansStorage ON OrleansStorage
                    (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, coalesce(GrainIdExtensionString, ''));
                INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
                    INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                        GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
                    VALUES (@GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString,
                        @GrainIdExtensionString, @ServiceId, @PayloadBinary, datetime(''now''),
                        coalesce(@GrainStateVersion, 0) + 1)
                    ON CONFLICT (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, coalesce(GrainIdExtensionString, ''''))
                    DO UPDATE SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn,
                        Version = excluded.Version
                    WHERE Version + 1 = excluded.Version;
                    SELECT CASE WHEN changes() > 0 THEN coalesce(@GrainStateVersion, 0) + 1 ELSE @GrainStateVersion END
                        AS NewGrainStateVersion');
                INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
                    SELECT PayloadBinary, Version
                    FROM OrleansStorage
                    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
                        AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
                        AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
                        AND ServiceId = @ServiceId');
                INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
                    UPDATE OrleansStorage SET PayloadBinary = NULL, Version = Version + 1
                    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash
                        AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND GrainTypeString = @GrainTypeString
                        AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
                        AND ServiceId = @ServiceId AND Version = @GrainStateVersion;
                    SELECT @GrainStateVersion + 1 AS NewGrainStateVersion WHERE changes() > 0;
                    SELECT @GrainStateVersion AS NewGrainStateVersion WHERE changes() = 0');
                """);

            migrationBuilder.CreateTable(
                name: "accounts_addresses",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    link_man = table.Column<string>(type: "TEXT", nullable: false),
                    mobile = table.Column<string>(type: "TEXT", nullable: false),
                    province_id = table.Column<string>(type: "TEXT", nullable: false),
                    city_id = table.Column<string>(type: "TEXT", nullable: false),
                    district_id = table.Column<string>(type: "TEXT", nullable: false),
                    street_id = table.Column<string>(type: "TEXT", nullable: false),
                    province_name = table.Column<string>(type: "TEXT", nullable: false),
                    city_name = table.Column<string>(type: "TEXT", nullable: false),
                    district_name = table.Column<string>(type: "TEXT", nullable: false),
                    street_name = table.Column<string>(type: "TEXT", nullable: false),
                    detail = table.Column<string>(type: "TEXT", nullable: false),
                    post_code = table.Column<string>(type: "TEXT", nullable: false),
                    latitude = table.Column<double>(type: "REAL", nullable: true),
                    longitude = table.Column<double>(type: "REAL", nullable: true),
                    disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_default = table.Column<bool>(type: "INTEGER", nullable: false),
                    extra_json = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false),
                    deleted_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_addresses", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_attempts",
                columns: table => new
                {
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_attempts", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "accounts_operators",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_name = table.Column<string>(type: "TEXT", nullable: false),
                    normalised_name = table.Column<string>(type: "TEXT", nullable: false),
                    password_hash = table.Column<string>(type: "TEXT", nullable: false),
                    role = table.Column<int>(type: "INTEGER", nullable: false),
                    disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_operators", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_revocations",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    owner_kind = table.Column<int>(type: "INTEGER", nullable: false),
                    owner_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_revocations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "accounts_tokens",
                columns: table => new
                {
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    owner_kind = table.Column<int>(type: "INTEGER", nullable: false),
                    owner_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    device_id = table.Column<string>(type: "TEXT", nullable: false),
                    device_name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_tokens", x => x.hash);
                });

            migrationBuilder.CreateTable(
                name: "accounts_users",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_name = table.Column<string>(type: "TEXT", nullable: false),
                    normalised_name = table.Column<string>(type: "TEXT", nullable: false),
                    password_hash = table.Column<string>(type: "TEXT", nullable: false),
                    nick = table.Column<string>(type: "TEXT", nullable: false),
                    avatar_url = table.Column<string>(type: "TEXT", nullable: false),
                    gender = table.Column<int>(type: "INTEGER", nullable: false),
                    birthday = table.Column<string>(type: "TEXT", nullable: false),
                    province = table.Column<string>(type: "TEXT", nullable: false),
                    city = table.Column<string>(type: "TEXT", nullable: false),
                    referrer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    extra_json = table.Column<string>(type: "TEXT", nullable: false),
                    disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    registered_address = table.Column<string>(type: "TEXT", nullable: false),
                    last_login_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_login_address = table.Column<string>(type: "TEXT", nullable: false),
                    addresses_version = table.Column<int>(type: "INTEGER", nullable: false),
                    deleted_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_bargains",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    initiator_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    rule_version = table.Column<int>(type: "INTEGER", nullable: false),
                    start_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    floor_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    helps = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    cleared_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_bargains", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_campaigns",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    start_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    floor_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    cut_min_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    cut_max_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    helpers_to_floor = table.Column<int>(type: "INTEGER", nullable: false),
                    starts_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false),
                    latest_ends_at = table.Column<long>(type: "INTEGER", nullable: false),
                    duration_minutes = table.Column<int>(type: "INTEGER", nullable: false),
                    starts_per_user = table.Column<int>(type: "INTEGER", nullable: false),
                    helps_per_user = table.Column<int>(type: "INTEGER", nullable: false),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_campaigns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_helpers",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    helper_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_helpers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_helps",
                columns: table => new
                {
                    bargain_id = table.Column<long>(type: "INTEGER", nullable: false),
                    helper_id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    initiator_id = table.Column<long>(type: "INTEGER", nullable: false),
                    ordinal = table.Column<long>(type: "INTEGER", nullable: false),
                    cut_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_helps", x => new { x.bargain_id, x.helper_id });
                });

            migrationBuilder.CreateTable(
                name: "bargains_orders",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "INTEGER", nullable: false),
                    bargain_id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    initiator_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    rule_version = table.Column<int>(type: "INTEGER", nullable: false),
                    state = table.Column<short>(type: "INTEGER", nullable: false),
                    reserved_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_orders", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "bargains_stocks",
                columns: table => new
                {
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    total = table.Column<long>(type: "INTEGER", nullable: false),
                    reserved = table.Column<long>(type: "INTEGER", nullable: false),
                    sold = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bargains_stocks", x => x.campaign_id);
                    table.CheckConstraint("ck_bargains_stocks", "reserved >= 0 AND sold >= 0 AND reserved + sold <= total");
                });

            migrationBuilder.CreateTable(
                name: "catalog_categories",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: false),
                    level = table.Column<int>(type: "INTEGER", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_categories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_counters",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    orders = table.Column<long>(type: "INTEGER", nullable: false),
                    sold = table.Column<long>(type: "INTEGER", nullable: false),
                    favourites = table.Column<long>(type: "INTEGER", nullable: false),
                    reviews = table.Column<long>(type: "INTEGER", nullable: false),
                    good_reviews = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_counters", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_favourites",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<int>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    extra_json = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_favourites", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_freights",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_freights", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_goods",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    category_id = table.Column<long>(type: "INTEGER", nullable: false),
                    store_id = table.Column<long>(type: "INTEGER", nullable: false),
                    freight_id = table.Column<long>(type: "INTEGER", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    search_tags = table.Column<string>(type: "TEXT", nullable: false),
                    bar_code = table.Column<string>(type: "TEXT", nullable: false),
                    recommended = table.Column<bool>(type: "INTEGER", nullable: false),
                    hidden = table.Column<bool>(type: "INTEGER", nullable: false),
                    bargain = table.Column<bool>(type: "INTEGER", nullable: false),
                    group_buy = table.Column<bool>(type: "INTEGER", nullable: false),
                    flash_sale = table.Column<bool>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    off_sale_when_empty = table.Column<bool>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    original_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    group_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    bargain_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    property_ids = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_goods", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_levels",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    rebate = table.Column<int>(type: "INTEGER", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_levels", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_member_prices",
                columns: table => new
                {
                    sku_id = table.Column<long>(type: "INTEGER", nullable: false),
                    level_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_member_prices", x => new { x.sku_id, x.level_id });
                });

            migrationBuilder.CreateTable(
                name: "catalog_members",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    level_id = table.Column<long>(type: "INTEGER", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_members", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_parts",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    parts = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_parts", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_properties",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_properties", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_property_values",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    property_id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_property_values", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_reviews",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_name = table.Column<string>(type: "TEXT", nullable: false),
                    picture = table.Column<string>(type: "TEXT", nullable: false),
                    property = table.Column<string>(type: "TEXT", nullable: false),
                    amount_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    order_id = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    rating = table.Column<int>(type: "INTEGER", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    reply = table.Column<string>(type: "TEXT", nullable: false),
                    hidden = table.Column<bool>(type: "INTEGER", nullable: false),
                    pictures = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    nick = table.Column<string>(type: "TEXT", nullable: false),
                    avatar = table.Column<string>(type: "TEXT", nullable: false),
                    province = table.Column<string>(type: "TEXT", nullable: false),
                    city = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_reviews", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_search",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    text = table.Column<string>(type: "TEXT", nullable: false),
                    tokens = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_search", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_sequences",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    next = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_sequences", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "catalog_skus",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    pairs = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    price_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    original_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    group_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    bargain_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    picture = table.Column<string>(type: "TEXT", nullable: false),
                    code = table.Column<string>(type: "TEXT", nullable: false),
                    weight_grams = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_skus", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_stock_changes",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    sku_id = table.Column<long>(type: "INTEGER", nullable: false),
                    before = table.Column<long>(type: "INTEGER", nullable: false),
                    after = table.Column<long>(type: "INTEGER", nullable: false),
                    operator_id = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stock_changes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_stocks",
                columns: table => new
                {
                    sku_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    stock = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stocks", x => x.sku_id);
                    table.CheckConstraint("ck_catalog_stock", "stock >= 0");
                });

            migrationBuilder.CreateTable(
                name: "catalog_stores",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false),
                    open = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_stores", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "catalog_views",
                columns: table => new
                {
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    views = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_catalog_views", x => x.goods_id);
                });

            migrationBuilder.CreateTable(
                name: "comments_comments",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: false),
                    ref_id = table.Column<long>(type: "INTEGER", nullable: false),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    content = table.Column<string>(type: "TEXT", nullable: false),
                    search_content = table.Column<string>(type: "TEXT", nullable: false),
                    pictures = table.Column<string>(type: "TEXT", nullable: false),
                    file_name = table.Column<string>(type: "TEXT", nullable: false),
                    mobile = table.Column<string>(type: "TEXT", nullable: false),
                    extra_json = table.Column<string>(type: "TEXT", nullable: false),
                    shop_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    reply = table.Column<string>(type: "TEXT", nullable: false),
                    replied_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_comments_comments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_article_tags",
                columns: table => new
                {
                    article_id = table.Column<long>(type: "INTEGER", nullable: false),
                    tag_id = table.Column<long>(type: "INTEGER", nullable: false),
                    place = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_article_tags", x => new { x.article_id, x.tag_id });
                });

            migrationBuilder.CreateTable(
                name: "content_articles",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    category_id = table.Column<long>(type: "INTEGER", nullable: false),
                    picture_url = table.Column<string>(type: "TEXT", nullable: false),
                    summary = table.Column<string>(type: "TEXT", nullable: false),
                    keywords = table.Column<string>(type: "TEXT", nullable: false),
                    search_keywords = table.Column<string>(type: "TEXT", nullable: false),
                    author = table.Column<string>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    recommended = table.Column<bool>(type: "INTEGER", nullable: false),
                    views = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_articles", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_banners",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    picture_url = table.Column<string>(type: "TEXT", nullable: false),
                    link_type = table.Column<int>(type: "INTEGER", nullable: false),
                    link_url = table.Column<string>(type: "TEXT", nullable: false),
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    business_id = table.Column<long>(type: "INTEGER", nullable: false),
                    shop_id = table.Column<long>(type: "INTEGER", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_banners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_categories",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    icon_url = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_categories", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_notices",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    remind = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_notices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_pages",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_pages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_partners",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    logo_url = table.Column<string>(type: "TEXT", nullable: false),
                    url = table.Column<string>(type: "TEXT", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_partners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_settings",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    value = table.Column<string>(type: "TEXT", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_settings", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_tags",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    sort = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_tags", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_texts",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    html = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_texts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "content_videos",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    cover_url = table.Column<string>(type: "TEXT", nullable: false),
                    duration_seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    fluent_url = table.Column<string>(type: "TEXT", nullable: false),
                    low_url = table.Column<string>(type: "TEXT", nullable: false),
                    standard_url = table.Column<string>(type: "TEXT", nullable: false),
                    high_url = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_videos", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "coupons_allocations",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    quantity = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_allocations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "coupons_cards",
                columns: table => new
                {
                    number = table.Column<string>(type: "TEXT", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    imported_at = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_coupon_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_cards", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "coupons_coupons",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    ref_id = table.Column<long>(type: "INTEGER", nullable: false),
                    password = table.Column<string>(type: "TEXT", nullable: false),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    hidden = table.Column<bool>(type: "INTEGER", nullable: false),
                    claimable_from = table.Column<long>(type: "INTEGER", nullable: false),
                    claimable_until = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_coupons", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "coupons_marks",
                columns: table => new
                {
                    user_coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    mark = table.Column<short>(type: "INTEGER", nullable: false),
                    subject_id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_marks", x => x.user_coupon_id);
                });

            migrationBuilder.CreateTable(
                name: "coupons_terms",
                columns: table => new
                {
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    is_percent = table.Column<bool>(type: "INTEGER", nullable: false),
                    amount_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    threshold_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    usable_after_days = table.Column<int>(type: "INTEGER", nullable: false),
                    usable_from = table.Column<long>(type: "INTEGER", nullable: false),
                    usable_days = table.Column<int>(type: "INTEGER", nullable: false),
                    valid_until = table.Column<long>(type: "INTEGER", nullable: false),
                    targets = table.Column<string>(type: "TEXT", nullable: false),
                    ref_id = table.Column<long>(type: "INTEGER", nullable: false),
                    shop_id = table.Column<long>(type: "INTEGER", nullable: false),
                    freight_only = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_terms", x => new { x.coupon_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "coupons_user_coupons",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false),
                    claimed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    origin = table.Column<short>(type: "INTEGER", nullable: false),
                    drawn_cents = table.Column<long>(type: "INTEGER", nullable: true),
                    ordinal = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_coupons_user_coupons", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_files",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    shown_name = table.Column<string>(type: "TEXT", nullable: false),
                    search_name = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    width = table.Column<int>(type: "INTEGER", nullable: false),
                    height = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_files", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_usage",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    bytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_usage", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_campaigns",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_over = table.Column<bool>(type: "INTEGER", nullable: false),
                    open_until = table.Column<long>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_campaigns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_groups",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    opener_id = table.Column<long>(type: "INTEGER", nullable: false),
                    reusable = table.Column<bool>(type: "INTEGER", nullable: false),
                    status = table.Column<short>(type: "INTEGER", nullable: false),
                    published = table.Column<bool>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_groups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_seats",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "INTEGER", nullable: false),
                    group_id = table.Column<long>(type: "INTEGER", nullable: false),
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    status = table.Column<short>(type: "INTEGER", nullable: false),
                    reserved_at = table.Column<long>(type: "INTEGER", nullable: false),
                    reserved_until = table.Column<long>(type: "INTEGER", nullable: false),
                    taken_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_seats", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_users",
                columns: table => new
                {
                    campaign_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    counted_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_users", x => new { x.campaign_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "lotteries_addresses",
                columns: table => new
                {
                    draw_id = table.Column<long>(type: "INTEGER", nullable: false),
                    ordinal = table.Column<int>(type: "INTEGER", nullable: false),
                    link_man = table.Column<string>(type: "TEXT", nullable: false),
                    mobile = table.Column<string>(type: "TEXT", nullable: false),
                    region = table.Column<string>(type: "TEXT", nullable: false),
                    detail = table.Column<string>(type: "TEXT", nullable: false),
                    post_code = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_addresses", x => new { x.draw_id, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "lotteries_deliveries",
                columns: table => new
                {
                    draw_id = table.Column<long>(type: "INTEGER", nullable: false),
                    lottery_id = table.Column<long>(type: "INTEGER", nullable: false),
                    address = table.Column<string>(type: "TEXT", nullable: false),
                    carrier = table.Column<string>(type: "TEXT", nullable: false),
                    tracking_number = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_deliveries", x => x.draw_id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_draws",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    lottery_id = table.Column<long>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    rule_version = table.Column<int>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    ordinal = table.Column<int>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    prize_id = table.Column<long>(type: "INTEGER", nullable: false),
                    prize_ordinal = table.Column<long>(type: "INTEGER", nullable: false),
                    user_coupon_id = table.Column<long>(type: "INTEGER", nullable: false),
                    is_goods = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_draws", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_goods_prizes",
                columns: table => new
                {
                    prize_id = table.Column<long>(type: "INTEGER", nullable: false),
                    lottery_id = table.Column<long>(type: "INTEGER", nullable: false),
                    goods_id = table.Column<long>(type: "INTEGER", nullable: false),
                    is_offered = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_goods_prizes", x => x.prize_id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_lotteries",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    title = table.Column<string>(type: "TEXT", nullable: false),
                    search_title = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_lotteries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "lotteries_rules",
                columns: table => new
                {
                    lottery_id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    first_position = table.Column<long>(type: "INTEGER", nullable: false),
                    is_deck = table.Column<bool>(type: "INTEGER", nullable: false),
                    prizes = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_rules", x => new { x.lottery_id, x.version });
                });

            migrationBuilder.CreateTable(
                name: "lotteries_settled",
                columns: table => new
                {
                    allocation_id = table.Column<long>(type: "INTEGER", nullable: false),
                    lottery_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_settled", x => x.allocation_id);
                });

            migrationBuilder.CreateTable(
                name: "points_card_moves",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<short>(type: "INTEGER", nullable: false),
                    change = table.Column<int>(type: "INTEGER", nullable: false),
                    cards_after = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_card_moves", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_grants",
                columns: table => new
                {
                    @event = table.Column<int>(name: "event", type: "INTEGER", nullable: false),
                    reference = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    amount_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    taken_points = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_grants", x => new { x.@event, x.reference });
                });

            migrationBuilder.CreateTable(
                name: "points_rules",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    @event = table.Column<int>(name: "event", type: "INTEGER", nullable: false),
                    threshold_cents = table.Column<long>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    daily_limit = table.Column<int>(type: "INTEGER", nullable: false),
                    disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_sign_in_terms",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    terms = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_sign_in_terms", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "points_sign_ins",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    streak = table.Column<int>(type: "INTEGER", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    made_up = table.Column<bool>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_sign_ins", x => new { x.user_id, x.day });
                });

            migrationBuilder.CreateTable(
                name: "points_vouchers",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    batch_id = table.Column<long>(type: "INTEGER", nullable: false),
                    number = table.Column<string>(type: "TEXT", nullable: false),
                    points = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: false),
                    voided_at = table.Column<long>(type: "INTEGER", nullable: false),
                    remark = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_points_vouchers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "silo_audit",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    operator_id = table.Column<long>(type: "INTEGER", nullable: false),
                    rpc = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    before = table.Column<string>(type: "TEXT", nullable: true),
                    after = table.Column<string>(type: "TEXT", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_audit", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "silo_cache_changes",
                columns: table => new
                {
                    transaction_id = table.Column<long>(type: "INTEGER", nullable: false),
                    tag = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_cache_changes", x => new { x.transaction_id, x.tag, x.key });
                });

            migrationBuilder.CreateTable(
                name: "silo_id_slots",
                columns: table => new
                {
                    slot = table.Column<int>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", nullable: false),
                    horizon = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_id_slots", x => x.slot);
                });

            migrationBuilder.CreateTable(
                name: "silo_cache_tags",
                columns: table => new
                {
                    tag = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_cache_tags", x => x.tag);
                });

            migrationBuilder.CreateTable(
                name: "silo_requests",
                columns: table => new
                {
                    scope = table.Column<string>(type: "TEXT", nullable: false),
                    caller_id = table.Column<long>(type: "INTEGER", nullable: false),
                    request_id = table.Column<string>(type: "TEXT", nullable: false),
                    request_hash = table.Column<long>(type: "INTEGER", nullable: false),
                    answer = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_requests", x => new { x.scope, x.caller_id, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "silo_work",
                columns: table => new
                {
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: false),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", nullable: false),
                    parked = table.Column<bool>(type: "INTEGER", nullable: false),
                    payload = table.Column<string>(type: "TEXT", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_work", x => new { x.kind, x.key });
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
                    points_received = table.Column<long>(type: "INTEGER", nullable: false),
                    entries = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_wallets_wallets", x => x.user_id);
                    table.CheckConstraint("ck_wallets_bounds", "balance BETWEEN 0 AND 9007199254740991 AND frozen BETWEEN 0 AND 9007199254740991 AND commission BETWEEN 0 AND 9007199254740991 AND balance_debt BETWEEN -9007199254740991 AND 0 AND points BETWEEN 0 AND 9007199254740991 AND points_debt BETWEEN -9007199254740991 AND 0 AND points_received >= 0");
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_deleted_at",
                table: "accounts_addresses",
                column: "deleted_at",
                filter: "deleted_at > 0");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id",
                table: "accounts_addresses",
                column: "user_id",
                unique: true,
                filter: "is_default");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_request_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "request_id" },
                unique: true,
                filter: "request_id <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_operators_normalised_name",
                table: "accounts_operators",
                column: "normalised_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_accounts_revocations_at",
                table: "accounts_revocations",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_tokens_expires_at",
                table: "accounts_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_tokens_owner_kind_owner_id",
                table: "accounts_tokens",
                columns: new[] { "owner_kind", "owner_id" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_users_normalised_name",
                table: "accounts_users",
                column: "normalised_name",
                unique: true);

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
                name: "IX_catalog_counters_orders",
                table: "catalog_counters",
                column: "orders");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_favourites_goods_id",
                table: "catalog_favourites",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_favourites_user_id_type_goods_id",
                table: "catalog_favourites",
                columns: new[] { "user_id", "type", "goods_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_bar_code",
                table: "catalog_goods",
                column: "bar_code",
                filter: "bar_code <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_category_id_published_hidden_sort_id",
                table: "catalog_goods",
                columns: new[] { "category_id", "published", "hidden", "sort", "id" },
                descending: new[] { false, false, false, false, true });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_freight_id",
                table: "catalog_goods",
                column: "freight_id",
                filter: "freight_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_price_cents_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "price_cents", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_search_name_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "search_name", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_published_hidden_sort_id",
                table: "catalog_goods",
                columns: new[] { "published", "hidden", "sort", "id" },
                descending: new[] { false, false, false, true });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_goods_store_id",
                table: "catalog_goods",
                column: "store_id",
                filter: "store_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_member_prices_goods_id",
                table: "catalog_member_prices",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_members_level_id",
                table: "catalog_members",
                column: "level_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_property_values_property_id",
                table: "catalog_property_values",
                column: "property_id");

            migrationBuilder.CreateIndex(
                name: "IX_catalog_reviews_goods_id_id",
                table: "catalog_reviews",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_skus_goods_id_pairs",
                table: "catalog_skus",
                columns: new[] { "goods_id", "pairs" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stock_changes_goods_id_id",
                table: "catalog_stock_changes",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stock_changes_sku_id_id",
                table: "catalog_stock_changes",
                columns: new[] { "sku_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_catalog_stocks_goods_id",
                table: "catalog_stocks",
                column: "goods_id");

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_parent_id_id",
                table: "comments_comments",
                columns: new[] { "parent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_ref_id_kind_id",
                table: "comments_comments",
                columns: new[] { "ref_id", "kind", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_status_id",
                table: "comments_comments",
                columns: new[] { "status", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_id",
                table: "comments_comments",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_request_id",
                table: "comments_comments",
                columns: new[] { "user_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_article_tags_tag_id",
                table: "content_article_tags",
                column: "tag_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_category_id",
                table: "content_articles",
                column: "category_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_sort_id",
                table: "content_articles",
                columns: new[] { "sort", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_content_articles_views",
                table: "content_articles",
                column: "views");

            migrationBuilder.CreateIndex(
                name: "IX_content_categories_parent_id",
                table: "content_categories",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "IX_content_notices_user_id_id",
                table: "content_notices",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_content_pages_key",
                table: "content_pages",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_settings_name",
                table: "content_settings",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_tags_search_name",
                table: "content_tags",
                column: "search_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_content_videos_key",
                table: "content_videos",
                column: "key",
                unique: true);

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
                name: "IX_coupons_user_coupons_coupon_id_id",
                table: "coupons_user_coupons",
                columns: new[] { "coupon_id", "id" },
                filter: "claimed_at >= 0");

            migrationBuilder.CreateIndex(
                name: "IX_coupons_user_coupons_user_id_coupon_id_ordinal",
                table: "coupons_user_coupons",
                columns: new[] { "user_id", "coupon_id", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_expires_at",
                table: "files_files",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_files_files_name",
                table: "files_files",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_user_id_id",
                table: "files_files",
                columns: new[] { "user_id", "id" });

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
                name: "IX_lotteries_draws_goods",
                table: "lotteries_draws",
                columns: new[] { "lottery_id", "position" },
                filter: "is_goods");

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
                name: "IX_points_grants_user_id_event_at",
                table: "points_grants",
                columns: new[] { "user_id", "event", "at" });

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

            migrationBuilder.CreateIndex(
                name: "IX_silo_audit_operator_id_rpc_request_id",
                table: "silo_audit",
                columns: new[] { "operator_id", "rpc", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_silo_audit_subject_id",
                table: "silo_audit",
                columns: new[] { "subject", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_silo_requests_at",
                table: "silo_requests",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_silo_work_parked_kind_due_at",
                table: "silo_work",
                columns: new[] { "parked", "kind", "due_at" });

            migrationBuilder.CreateIndex(
                name: "IX_wallets_entries_account_transaction_id",
                table: "wallets_entries",
                columns: new[] { "account", "transaction_id" },
                filter: "sequence IS NULL");

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
                name: "IX_wallets_transactions_kind_reference",
                table: "wallets_transactions",
                columns: new[] { "kind", "reference" },
                unique: true);

            // FTS5 over the table of tokens, kept in step by triggers. The tokenizer is the one that leaves alone what is
            // not ASCII: the server has made the tokens already.
            migrationBuilder.Sql(
                """
                CREATE VIRTUAL TABLE catalog_search_fts USING fts5(
                    tokens, content='catalog_search', content_rowid='goods_id', tokenize='ascii');
                CREATE TRIGGER catalog_search_added AFTER INSERT ON catalog_search BEGIN
                    INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
                END;
                CREATE TRIGGER catalog_search_removed AFTER DELETE ON catalog_search BEGIN
                    INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
                END;
                CREATE TRIGGER catalog_search_changed AFTER UPDATE ON catalog_search BEGIN
                    INSERT INTO catalog_search_fts(catalog_search_fts, rowid, tokens) VALUES ('delete', old.goods_id, old.tokens);
                    INSERT INTO catalog_search_fts(rowid, tokens) VALUES (new.goods_id, new.tokens);
                END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE IF EXISTS catalog_search_fts");

            migrationBuilder.DropTable(
                name: "accounts_addresses");

            migrationBuilder.DropTable(
                name: "accounts_attempts");

            migrationBuilder.DropTable(
                name: "accounts_operators");

            migrationBuilder.DropTable(
                name: "accounts_revocations");

            migrationBuilder.DropTable(
                name: "accounts_tokens");

            migrationBuilder.DropTable(
                name: "accounts_users");

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
                name: "catalog_categories");

            migrationBuilder.DropTable(
                name: "catalog_counters");

            migrationBuilder.DropTable(
                name: "catalog_favourites");

            migrationBuilder.DropTable(
                name: "catalog_freights");

            migrationBuilder.DropTable(
                name: "catalog_goods");

            migrationBuilder.DropTable(
                name: "catalog_levels");

            migrationBuilder.DropTable(
                name: "catalog_member_prices");

            migrationBuilder.DropTable(
                name: "catalog_members");

            migrationBuilder.DropTable(
                name: "catalog_parts");

            migrationBuilder.DropTable(
                name: "catalog_properties");

            migrationBuilder.DropTable(
                name: "catalog_property_values");

            migrationBuilder.DropTable(
                name: "catalog_reviews");

            migrationBuilder.DropTable(
                name: "catalog_search");

            migrationBuilder.DropTable(
                name: "catalog_sequences");

            migrationBuilder.DropTable(
                name: "catalog_skus");

            migrationBuilder.DropTable(
                name: "catalog_stock_changes");

            migrationBuilder.DropTable(
                name: "catalog_stocks");

            migrationBuilder.DropTable(
                name: "catalog_stores");

            migrationBuilder.DropTable(
                name: "catalog_views");

            migrationBuilder.DropTable(
                name: "comments_comments");

            migrationBuilder.DropTable(
                name: "content_article_tags");

            migrationBuilder.DropTable(
                name: "content_articles");

            migrationBuilder.DropTable(
                name: "content_banners");

            migrationBuilder.DropTable(
                name: "content_categories");

            migrationBuilder.DropTable(
                name: "content_notices");

            migrationBuilder.DropTable(
                name: "content_pages");

            migrationBuilder.DropTable(
                name: "content_partners");

            migrationBuilder.DropTable(
                name: "content_settings");

            migrationBuilder.DropTable(
                name: "content_tags");

            migrationBuilder.DropTable(
                name: "content_texts");

            migrationBuilder.DropTable(
                name: "content_videos");

            migrationBuilder.DropTable(
                name: "coupons_allocations");

            migrationBuilder.DropTable(
                name: "coupons_cards");

            migrationBuilder.DropTable(
                name: "coupons_coupons");

            migrationBuilder.DropTable(
                name: "coupons_marks");

            migrationBuilder.DropTable(
                name: "coupons_terms");

            migrationBuilder.DropTable(
                name: "coupons_user_coupons");

            migrationBuilder.DropTable(
                name: "files_files");

            migrationBuilder.DropTable(
                name: "files_usage");

            migrationBuilder.DropTable(
                name: "groupbuys_campaigns");

            migrationBuilder.DropTable(
                name: "groupbuys_groups");

            migrationBuilder.DropTable(
                name: "groupbuys_seats");

            migrationBuilder.DropTable(
                name: "groupbuys_users");

            migrationBuilder.DropTable(
                name: "lotteries_addresses");

            migrationBuilder.DropTable(
                name: "lotteries_deliveries");

            migrationBuilder.DropTable(
                name: "lotteries_draws");

            migrationBuilder.DropTable(
                name: "lotteries_goods_prizes");

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
                name: "silo_audit");

            migrationBuilder.DropTable(
                name: "silo_cache_changes");

            migrationBuilder.DropTable(
                name: "silo_id_slots");

            migrationBuilder.DropTable(
                name: "silo_cache_tags");

            migrationBuilder.DropTable(
                name: "silo_requests");

            migrationBuilder.DropTable(
                name: "silo_work");

            migrationBuilder.DropTable(
                name: "wallets_checkpoints");

            migrationBuilder.DropTable(
                name: "wallets_entries");

            migrationBuilder.DropTable(
                name: "wallets_transactions");

            migrationBuilder.DropTable(
                name: "wallets_wallets");

            migrationBuilder.Sql("DROP TABLE OrleansStorage; DROP TABLE OrleansQuery");
        }
    }
}
