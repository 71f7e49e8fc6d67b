using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Files;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>The demo shop's content: something for every function that shows any.</summary>
internal sealed class ContentDemo(
    IUnits units,
    BannersWrites banners,
    NoticesWrites notices,
    SettingsWrites settings,
    PartnersWrites partners,
    CategoriesWrites categories,
    ArticlesWrites articles,
    PagesWrites pages,
    VideosWrites videos,
    IDemoPictures demoPictures) : IDemoData
{
    private const string Rpc = "demo";
    private const string RequestId = "demo-content";

    private static readonly string[] Pictures =
    [
        "demo-app-1.jpg", "demo-app-2.jpg", "demo-index-1.jpg", "demo-index-2.jpg", "demo-index-3.jpg", "demo-new-1.jpg", "demo-tea.jpg", "demo-article.jpg",
        "demo-content.jpg", "demo-partner.jpg",
    ];

    /// <summary>What the public mini-program asks for when it starts.</summary>
    private static readonly (string Key, string Value, string Remark)[] Settings =
    [
        ("mallName", "示例商城", "商城名称"),
        ("share_profile", "好物天天有，快来看看吧", "分享标题"),
        ("recharge_amount_min", "1", "最低充值金额"),
        ("RECHARGE_OPEN", "1", "开启余额充值"),
        ("ALLOW_SELF_COLLECTION", "1", "允许到店自提"),
        ("WITHDRAW_MIN", "10", "最低提现金额"),
        ("withdrawal", "1", "显示提现按钮"),
        ("goodsDetailSkuShowType", "0", "规格选择方式：0 弹窗，1 页面内"),
        ("shopMod", "0", "多门店模式"),
        ("needIdCheck", "0", "下单前实名认证"),
        ("needBindMobile", "0", "下单前绑定手机号"),
        ("balance_pay_pwd", "0", "余额支付需要密码"),
        ("shipping_address_gps", "0", "收货地址需要定位"),
        ("shipping_address_region_level", "3", "收货地址级数"),
        ("hide_reputation", "0", "隐藏评价"),
        ("show_seller_number", "1", "显示销量"),
        ("goods_search_show_type", "2", "搜索结果双列显示"),
        ("show_quan_exchange_score", "1", "显示优惠券兑换积分"),
        ("show_score_sign", "1", "显示签到"),
        ("order_pay_user_balance", "1", "允许余额支付"),
        ("hot_search_words", "大米,茶叶,水果", "热门搜索"),
        ("vipLevel", "1", "后台版本"),
    ];

    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await units.ReadAsync(r => IsLoadedAsync(r.Query<AuditEntry>(), cancellation), cancellation))
        {
            return;
        }

        var pictures = await demoPictures.DrawAsync(Pictures, cancellation);
        await units.RunAsync(
            async unit =>
            {
                if (await IsLoadedAsync(unit.Query<AuditEntry>(), cancellation))
                {
                    return;
                }

                await LoadAsync(unit, pictures, cancellation);
                unit.Audit(new AuditEntry
                {
                    Id = unit.NewId(),
                    At = unit.NowMs,
                    Rpc = Rpc,
                    Subject = "content",
                    Reason = "demo",
                    After = "{}",
                    RequestId = RequestId,
                });
            },
            cancellation);
    }

    private static Task<bool> IsLoadedAsync(IQueryable<AuditEntry> entries, CancellationToken cancellation) =>
        entries.AnyAsync(a => a.OperatorId == 0 && a.Rpc == Rpc && a.RequestId == RequestId, cancellation);

    private async Task LoadAsync(Unit unit, IReadOnlyDictionary<string, string> pictures, CancellationToken cancellation)
    {
        await LoadOperationsAsync(unit, pictures, cancellation);
        await LoadCmsAsync(unit, pictures, cancellation);
        await pages.InvalidateAsync(unit, cancellation);
        foreach (var (key, title, content) in new[]
        {
            ("yhxy", "用户协议", "<h2>用户协议</h2><p>欢迎使用示例商城。注册即表示您同意本协议。</p>"),
            ("ysxy", "隐私政策", "<h2>隐私政策</h2><p>我们只收集完成订单所必需的信息。</p>"),
            ("about", "关于我们", "<p style=\"text-align: center\"><strong>示例商城</strong></p><p>一家用来演示的小店。</p>"),
        })
        {
            if (!await unit.Query<PageRow>().AnyAsync(p => p.Key == key, cancellation))
            {
                await AddAsync(pages, unit, new PageTerms { Key = key, Title = title, Content = content }, cancellation);
            }
        }

        await videos.InvalidateAsync(unit, cancellation);
        const string number = "c4c6e38eeb3a428e80f1a8b32c6de587";
        if (!await unit.Query<VideoRow>().AnyAsync(v => v.Key == number, cancellation))
        {
            await AddAsync(
                videos,
                unit,
                new VideoTerms
                {
                    Key = number,
                    Title = "新茶上市",
                    CoverUrl = pictures["demo-tea.jpg"],
                    DurationSeconds = 15,
                    FluentUrl = "https://static.example/demo/tea.mp4",
                },
                cancellation);
        }
    }

    private async Task LoadOperationsAsync(Unit unit, IReadOnlyDictionary<string, string> pictures, CancellationToken cancellation)
    {
        await banners.InvalidateAsync(unit, cancellation);
        foreach (var (type, title, picture, page) in new[]
        {
            ("app", "欢迎光临", "app-1.jpg", ""),
            ("app", "新品上架", "app-2.jpg", ""),
            ("index", "满100减10", "index-1.jpg", "/pages/coupons/index"),
            ("index", "开业大抽奖", "index-3.jpg", $"/pages/lottery/index?id={IDemoData.LotteryId}"),
            ("index", "帮助中心", "index-2.jpg", "/pages/help/index"),
            ("new", "本周新品", "new-1.jpg", "/pages/goods/list"),
        })
        {
            await AddAsync(
                banners, unit, new BannerTerms { Type = type, Title = title, PictureUrl = pictures[$"demo-{picture}"], LinkUrl = page }, cancellation);
        }

        await notices.InvalidateAsync(unit, cancellation);
        foreach (var (title, content) in new[]
        {
            ("春节期间发货安排", "<p>春节期间照常接单，<strong>初八</strong>起陆续发货。</p>"),
            ("示例商城开业了", "<p>开业期间全场<span style=\"color: rgb(225, 60, 57)\">满100减10</span>。</p>"),
        })
        {
            await AddAsync(notices, unit, new NoticeTerms { Title = title, Content = content }, cancellation);
        }

        await settings.InvalidateAsync(unit, cancellation);
        foreach (var (key, value, remark) in Settings)
        {
            if (!await unit.Query<SettingRow>().AnyAsync(s => s.Name == key, cancellation))
            {
                await AddAsync(settings, unit, new PutSettingRequest { Key = key, Value = value, Remark = remark }, cancellation);
            }
        }

        await partners.InvalidateAsync(unit, cancellation);
        foreach (var (name, url) in new[] { ("示例茶园", "https://tea.example/"), ("示例果园", "https://fruit.example/") })
        {
            await AddAsync(
                partners, unit, new PartnerTerms { Name = name, Type = "首页显示", LogoUrl = pictures["demo-partner.jpg"], Url = url }, cancellation);
        }
    }

    private async Task LoadCmsAsync(Unit unit, IReadOnlyDictionary<string, string> pictures, CancellationToken cancellation)
    {
        await categories.InvalidateAsync(unit, cancellation);
        var help = await CategoryAsync("购物指南", "qa");
        var delivery = await CategoryAsync("配送与售后", "qa");
        var freight = await CategoryAsync("运费说明", "qa", delivery);
        var news = await CategoryAsync("商城资讯", "index");
        await ArticleAsync(help, "如何下单？", "选择商品，加入购物车，提交订单并付款。", "下单,购物车", "新手", "下单");
        await ArticleAsync(help, "优惠券怎么用？", "提交订单时选择可用的优惠券。", "优惠券", "新手", "优惠");
        await ArticleAsync(delivery, "多久能收到？", "一般发货后三天内送达。", "发货,快递", "配送");
        await ArticleAsync(freight, "运费怎么算？", "满99元包邮，偏远地区除外。", "运费,包邮", "配送");
        await ArticleAsync(news, "新茶上市", "今年的明前茶已经上架。", "茶叶", "新品");
        await ArticleAsync(news, "果园直采", "从枝头到餐桌只要两天。", "水果", "新品");

        async Task<long> CategoryAsync(string name, string type, long parent = 0) => (await AddAsync(
            categories,
            unit,
            new CategoryTerms { Name = name, Type = type, ParentId = parent, IconUrl = pictures["demo-content.jpg"] },
            cancellation)).Id;

        async Task ArticleAsync(long category, string title, string summary, string keywords, params string[] tags)
        {
            var terms = new ArticleTerms
            {
                CategoryId = category,
                Title = title,
                Summary = summary,
                Content = $"<p>{summary}</p><p><img src=\"{pictures["demo-article.jpg"]}\" style=\"max-width: 100%\"></p>",
                PictureUrl = pictures["demo-article.jpg"],
                Keywords = keywords,
                Author = "店长",
                Recommended = category == news,
            };
            terms.Tags.AddRange(tags);
            await AddAsync(articles, unit, terms, cancellation);
        }
    }

    private static async Task<T> AddAsync<TRow, TTerms, T>(
        ContentEditor<TRow, TTerms, T> editor, Unit unit, TTerms terms, CancellationToken cancellation)
        where TRow : ContentRow, new()
        where T : class, IMessage<T>, new()
    {
        var added = await editor.AddAsync(unit, editor.Check(terms), draft: false, cancellation);
        return added.IsAccepted
            ? added.Value.After
            : throw new InvalidOperationException($"The demo's {typeof(T).Name} is refused: {added.Refusal.Reason}.");
    }
}
